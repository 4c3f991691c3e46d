//! What fields and types ask for is what is published: the published text has it in comments, `# access: read_orders.`

use std::collections::BTreeMap;

use scenarios::published;

/// What is published in words that name no scopes, and what is asked for here instead.
const IN_OTHER_WORDS: &[(&str, &str)] = &[
    ("FulfillmentService", "tells who may see their own; here whoever may see what refers to it"),
    ("DeliveryLocalPickupSettings", "names permissions of people, and there are none here"),
];

#[test]
fn what_is_asked_for_is_what_is_published() {
    let text = std::fs::read_to_string(published::path()).unwrap();
    let (ours, comments) = (published::ours(), comments(&text));
    assert!(comments.len() > 100, "{comments:?}");
    let known: Vec<String> = ours.coordinates().into_iter().map(|(at, _)| at).collect();
    let mut wrong = Vec::new();
    let mut compared = 0;
    for (at, published) in &comments {
        if !known.contains(at) || IN_OTHER_WORDS.iter().any(|(other, _)| other == at) {
            continue;
        }
        compared += 1;
        let said = ours.access(at).unwrap_or_default().replace('`', "").replace(" access scope", "");
        if said != *published {
            wrong.push(format!("{at}: {said:?} is published as {published:?}"));
        }
    }
    println!("{compared} compared");
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// The comments by the coordinate of what follows them.
fn comments(text: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let (mut within, mut waiting) = (String::new(), None);
    for line in text.lines() {
        let code = line.trim_start();
        if let Some(comment) = code.strip_prefix("# access: ") {
            waiting = Some(comment.to_owned());
            continue;
        }
        if code.starts_with(['"', '#']) || code.is_empty() {
            continue;
        }
        let name = |text: &str| {
            text.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default().to_owned()
        };
        let is_top = !line.starts_with(' ');
        if is_top {
            within = name(code.split_once(' ').map_or("", |(_, rest)| rest));
        }
        if let Some(comment) = waiting.take() {
            let at = if is_top { within.clone() } else { format!("{within}.{}", name(code)) };
            found.insert(at, comment);
        }
    }
    found
}
