//! Labels of orders and contacts. Two that differ in case alone are the same label; the first spelling stays.

/// The labels without blanks around them, empty ones and doubles.
pub fn cleaned<'t>(tags: impl IntoIterator<Item = &'t str>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for tag in tags.into_iter().map(str::trim).filter(|tag| !tag.is_empty()) {
        if !kept.iter().any(|known| same(known, tag)) {
            kept.push(tag.to_owned());
        }
    }
    kept
}

/// `tags`, and behind them those of `more` that are new.
pub fn with(tags: &[String], more: &[String]) -> Vec<String> {
    cleaned(tags.iter().chain(more).map(String::as_str))
}

/// `tags` without those of `gone`.
pub fn without(tags: &[String], gone: &[String]) -> Vec<String> {
    let goes = |tag: &&String| gone.iter().any(|other| same(other.trim(), tag));
    tags.iter().filter(|tag| !goes(tag)).cloned().collect()
}

fn same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_differ_by_more_than_case() {
        let tags = cleaned([" Gift ", "gift", "", "Übergröße", "übergröße", "rush"]);
        assert_eq!(tags, ["Gift", "Übergröße", "rush"]);
        assert_eq!(with(&tags, &["RUSH".into(), "new".into()]), ["Gift", "Übergröße", "rush", "new"]);
        assert_eq!(without(&tags, &[" gift ".into(), "unknown".into()]), ["Übergröße", "rush"]);
    }
}
