//! Documents on paper: a head, lines in columns, sums; A4, as many pages as it takes. Made with the fonts that every PDF
//! reader brings, so letters that these lack are written as they sound in Latin ones.

use deunicode::deunicode;
use domain::money::{self, Currency, Minor};
use pdf_writer::{Content, Name, Pdf, Rect, Ref, Str, TextStr};

/// What a document says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Document {
    /// What it is, and its number.
    pub(crate) title: String,
    /// Who sends it, line by line.
    pub(crate) sender: Vec<String>,
    /// To whom, line by line.
    pub(crate) recipient: Vec<String>,
    /// What else stands in its head: a name and a value each.
    pub(crate) head: Vec<(&'static str, String)>,
    /// The currency of all amounts.
    pub(crate) currency: Currency,
    /// What it is about.
    pub(crate) rows: Vec<Row>,
    /// What stands below everything else.
    pub(crate) notes: Vec<String>,
}

/// A line of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    /// What.
    pub(crate) text: String,
    /// How many; not told where it makes no sense.
    pub(crate) quantity: Option<i64>,
    /// Without tax, in minor units.
    pub(crate) net: Minor,
    /// Tax, in minor units.
    pub(crate) tax: Minor,
}

/// Width and height of the paper, in points; so are all measures here.
const PAPER: (f32, f32) = (595.0, 842.0);
const LEFT: f32 = 57.0;
const TOP: f32 = 785.0;
const BOTTOM: f32 = 60.0;
/// From one line to the next.
const LEADING: f32 = 14.0;
const SIZE: f32 = 10.0;
/// Right edges of the columns of numbers: quantity, net, tax, total.
const EDGES: [f32; 4] = [345.0, 415.0, 475.0, 538.0];
/// Letters that fit into a line of the first column, about.
const TEXT_WIDTH: usize = 46;
/// Letters that fit into a line across the page, about.
const LINE_WIDTH: usize = 95;

const REGULAR: Name<'static> = Name(b"R");
const BOLD: Name<'static> = Name(b"B");

/// The document as a PDF.
pub(crate) fn pdf(document: &Document) -> Vec<u8> {
    let mut paper = Paper { pages: vec![Content::new()], y: TOP };
    head(document, &mut paper);
    table(document, &mut paper);
    for note in &document.notes {
        for line in wrapped(note, LINE_WIDTH) {
            paper.feed();
            paper.write(REGULAR, LEFT, &line);
        }
    }
    bound(document, paper)
}

/// Pages that are being written.
struct Paper {
    pages: Vec<Content>,
    y: f32,
}

impl Paper {
    /// Goes to the next line, on the next page if this one is full.
    fn feed(&mut self) {
        self.y -= LEADING;
        if self.y < BOTTOM {
            self.pages.push(Content::new());
            self.y = TOP;
        }
    }

    fn write(&mut self, font: Name<'_>, x: f32, text: &str) {
        let y = self.y;
        let Some(page) = self.pages.last_mut() else { return };
        page.begin_text();
        page.set_font(font, SIZE);
        page.next_line(x, y);
        page.show(Str(&encoded(text)));
        page.end_text();
    }

    /// Writes a number, or a word of digits' width, that ends at `edge`.
    fn write_to(&mut self, font: Name<'_>, edge: f32, text: &str) {
        self.write(font, edge - width(text), text);
    }

    /// Draws a line across the page, a little above the present line's letters.
    fn rule(&mut self) {
        let y = self.y + LEADING - 4.0;
        let Some(page) = self.pages.last_mut() else { return };
        page.set_line_width(0.5);
        page.move_to(LEFT, y);
        page.line_to(EDGES[3], y);
        page.stroke();
    }
}

fn head(document: &Document, paper: &mut Paper) {
    paper.write(BOLD, LEFT, &document.title);
    paper.feed();
    for line in &document.sender {
        paper.feed();
        paper.write(REGULAR, LEFT, line);
    }
    paper.feed();
    let lines = document.recipient.len().max(document.head.len());
    for at in 0..lines {
        paper.feed();
        if let Some(line) = document.recipient.get(at) {
            paper.write(REGULAR, LEFT, line);
        }
        if let Some((name, value)) = document.head.get(at) {
            paper.write(BOLD, 320.0, name);
            paper.write(REGULAR, 400.0, value);
        }
    }
    paper.feed();
}

fn table(document: &Document, paper: &mut Paper) {
    let amount = |amount: Minor| money::decimal(amount, document.currency);
    paper.feed();
    paper.write(BOLD, LEFT, "Item");
    for (edge, title) in EDGES.iter().zip(["Quantity", "Net", "Tax", document.currency.code()]) {
        paper.write_to(BOLD, *edge, title);
    }
    paper.feed();
    paper.rule();
    for row in &document.rows {
        let mut text = wrapped(&row.text, TEXT_WIDTH).into_iter();
        paper.write(REGULAR, LEFT, &text.next().unwrap_or_default());
        let quantity = row.quantity.map(|quantity| quantity.to_string()).unwrap_or_default();
        for (edge, number) in
            EDGES.iter().zip([quantity, amount(row.net), amount(row.tax), amount(row.net + row.tax)])
        {
            paper.write_to(REGULAR, *edge, &number);
        }
        for line in text {
            paper.feed();
            paper.write(REGULAR, LEFT, &line);
        }
        paper.feed();
    }
    paper.rule();
    let (net, tax) = (sum(document, |row| row.net), sum(document, |row| row.tax));
    paper.write(BOLD, LEFT, "Total");
    for (edge, number) in EDGES[1..].iter().zip([net, tax, net + tax]) {
        paper.write_to(BOLD, *edge, &amount(number));
    }
    paper.feed();
}

fn sum(document: &Document, of: fn(&Row) -> Minor) -> Minor {
    document.rows.iter().map(of).sum()
}

/// The pages put together.
fn bound(document: &Document, paper: Paper) -> Vec<u8> {
    let (catalog, tree, regular, bold, info) =
        (Ref::new(1), Ref::new(2), Ref::new(3), Ref::new(4), Ref::new(5));
    let mut pdf = Pdf::new();
    pdf.catalog(catalog).pages(tree);
    let ids: Vec<(Ref, Ref)> = (0..paper.pages.len())
        .map(|at| i32::try_from(at).unwrap_or(i32::MAX / 4))
        .map(|at| (Ref::new(10 + 2 * at), Ref::new(11 + 2 * at)))
        .collect();
    let count = i32::try_from(ids.len()).unwrap_or(i32::MAX);
    pdf.pages(tree).kids(ids.iter().map(|(page, _)| *page)).count(count);
    for ((id, content_id), content) in ids.iter().zip(paper.pages) {
        let mut page = pdf.page(*id);
        page.media_box(Rect::new(0.0, 0.0, PAPER.0, PAPER.1)).parent(tree).contents(*content_id);
        page.resources().fonts().pair(REGULAR, regular).pair(BOLD, bold);
        drop(page);
        pdf.stream(*content_id, &content.finish());
    }
    for (id, font) in [(regular, Name(b"Helvetica")), (bold, Name(b"Helvetica-Bold"))] {
        pdf.type1_font(id).base_font(font).encoding_predefined(Name(b"WinAnsiEncoding"));
    }
    pdf.document_info(info).title(TextStr(&document.title)).producer(TextStr("Consign"));
    pdf.finish()
}

/// How wide a number is. Digits are as wide as one another in these fonts, signs are narrow; a word of letters comes out
/// about right.
fn width(text: &str) -> f32 {
    text.chars()
        .map(|c| {
            if matches!(c, '.' | ',' | ' ') {
                2.78
            } else if c == '-' {
                3.33
            } else {
                5.56
            }
        })
        .sum()
}

/// A text broken into lines between words, and within words that are longer than a line.
fn wrapped(text: &str, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let letters: Vec<char> = word.chars().collect();
        for part in letters.chunks(most) {
            let part: String = part.iter().collect();
            match lines.last_mut() {
                Some(line) if line.chars().count() + 1 + part.chars().count() <= most => {
                    line.push(' ');
                    line.push_str(&part);
                }
                _ => lines.push(part),
            }
        }
    }
    lines
}

/// A text in the encoding of the fonts, Windows' Western European one.
fn encoded(text: &str) -> Vec<u8> {
    /// The letters from 0x80 to 0x9F; a blank is none.
    const BETWEEN: &str = "€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ";
    let mut bytes = Vec::with_capacity(text.len());
    for letter in text.chars() {
        let known = BETWEEN.chars().position(|known| known == letter && letter != ' ');
        match (letter, known) {
            (' '..='~' | '\u{a0}'..='\u{ff}', _) => bytes.push(letter as u32 as u8),
            (_, Some(at)) => bytes.push(0x80 + at as u8),
            _ => bytes
                .extend(deunicode(&letter.to_string()).bytes().filter(|byte| (b' '..=b'~').contains(byte))),
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(rows: usize) -> Document {
        let row = |at: usize| Row { text: format!("Row {at}"), quantity: Some(1), net: 1_000, tax: 75 };
        Document {
            title: "Invoice #1001-1".into(),
            sender: vec!["Shop".into()],
            recipient: vec!["Łukasz Nowak".into()],
            head: vec![("Date", "2025-07-10".into())],
            currency: Currency::USD,
            rows: (0..rows).map(row).collect(),
            notes: vec!["Thank you.".into()],
        }
    }

    fn says(pdf: &[u8], what: &[u8]) -> bool {
        pdf.windows(what.len()).any(|part| part == what)
    }

    #[test]
    fn a_document_says_what_it_is_about() {
        let pdf = pdf(&document(3));
        assert!(pdf.starts_with(b"%PDF-") && pdf.ends_with(b"%%EOF"));
        for said in
            [&b"(Row 2)"[..], b"(30.00)", b"(2.25)", b"(32.25)", b"(Lukasz Nowak)", b"(Invoice #1001-1)"]
        {
            assert!(says(&pdf, said), "{}", String::from_utf8_lossy(said));
        }
        assert!(says(&pdf, b"/Count 1"));
    }

    #[test]
    fn a_long_document_has_several_pages() {
        let long = pdf(&document(200));
        assert!(says(&long, b"/Count 5") && says(&long, b"(Row 199)"));
    }

    #[test]
    fn text_is_broken_between_words() {
        assert_eq!(wrapped("one two  three", 8), ["one two", "three"]);
        assert_eq!(wrapped("abcdefghij k", 4), ["abcd", "efgh", "ij k"]);
        assert!(wrapped(" ", 4).is_empty());
    }

    #[test]
    fn letters_are_those_of_western_europe() {
        assert_eq!(encoded("5 € – ÿ"), b"5 \x80 \x96 \xff");
        assert_eq!(encoded("Жук\n"), b"Zhuk");
    }
}
