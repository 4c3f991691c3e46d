//! Splits GraphQL text into tokens.
//!
//! Our own, and not a parser library's, for two reasons: the words of syntax errors are part of what
//! clients see, and nothing a client sends may panic (a number too large for 64 bits, say) or recurse
//! without bound.

use std::borrow::Cow;

use crate::ast::Pos;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// One of `{}()[]:$@=!|&`.
    Punctuation(u8),
    Ellipsis,
    Name,
    Int,
    Float,
    Str,
    BlockStr,
    Unknown,
    End,
}

/// A token: its kind and the text it covers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Token<'a> {
    pub kind: Kind,
    pub text: &'a str,
    pub pos: Pos,
}

const KEYWORDS: [&str; 19] = [
    "on",
    "fragment",
    "true",
    "false",
    "null",
    "query",
    "mutation",
    "subscription",
    "schema",
    "scalar",
    "type",
    "extend",
    "implements",
    "interface",
    "union",
    "enum",
    "input",
    "directive",
    "repeatable",
];

impl<'a> Token<'a> {
    /// The token's name in syntax errors.
    pub(crate) fn label(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self.kind {
            Kind::Punctuation(byte) => punctuation_label(byte),
            Kind::Ellipsis => "ELLIPSIS",
            Kind::Name if KEYWORDS.contains(&self.text) => return Cow::Owned(self.text.to_uppercase()),
            Kind::Name => "IDENTIFIER",
            Kind::Int => "INT",
            Kind::Float => "FLOAT",
            Kind::Str | Kind::BlockStr => "STRING",
            Kind::Unknown => "UNKNOWN_CHAR",
            Kind::End => "(none)",
        })
    }
}

/// The name of a punctuation token in syntax errors.
pub(crate) fn punctuation_label(byte: u8) -> &'static str {
    match byte {
        b'{' => "LCURLY",
        b'}' => "RCURLY",
        b'(' => "LPAREN",
        b')' => "RPAREN",
        b'[' => "LBRACKET",
        b']' => "RBRACKET",
        b':' => "COLON",
        b'$' => "VAR_SIGN",
        b'@' => "DIR_SIGN",
        b'=' => "EQUALS",
        b'!' => "BANG",
        b'|' => "PIPE",
        _ => "AMP",
    }
}

pub(crate) struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Lexer { text, at: 0 }
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    fn skip_ignored(&mut self) {
        while let Some(byte) = self.byte(self.at) {
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' | b',' => self.at += 1,
                b'#' => {
                    let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
                    self.at += rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
                }
                // A byte order mark is ignored wherever it stands.
                0xEF if self.text.get(self.at..).is_some_and(|rest| rest.starts_with('\u{feff}')) => {
                    self.at += 3
                }
                _ => break,
            }
        }
    }

    /// The next token, or what is wrong with the text at its start.
    pub(crate) fn next(&mut self) -> Result<Token<'a>, (String, Pos)> {
        self.skip_ignored();
        let start = self.at;
        let Some(byte) = self.byte(start) else {
            return Ok(Token { kind: Kind::End, text: "", pos: start as Pos });
        };
        let kind = match byte {
            b'{' | b'}' | b'(' | b')' | b'[' | b']' | b':' | b'$' | b'@' | b'=' | b'!' | b'|' | b'&' => {
                self.at += 1;
                Kind::Punctuation(byte)
            }
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => {
                self.skip_while(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
                Kind::Name
            }
            b'0'..=b'9' | b'-' => self.number(start)?,
            b'.' => {
                if self.byte(start + 1) != Some(b'.') || self.byte(start + 2) != Some(b'.') {
                    let found: String = self.rest(start).chars().take(3).collect();
                    return Err((format!("Expected `...`, actual: {found:?}"), start as Pos));
                }
                self.at += 3;
                Kind::Ellipsis
            }
            b'"' => self.string(start)?,
            _ => {
                self.at += self.rest(start).chars().next().map_or(1, char::len_utf8);
                Kind::Unknown
            }
        };
        Ok(Token { kind, text: self.text.get(start..self.at).unwrap_or_default(), pos: start as Pos })
    }

    fn rest(&self, start: usize) -> &'a str {
        self.text.get(start..).unwrap_or_default()
    }

    fn skip_while(&mut self, wanted: impl Fn(u8) -> bool) -> usize {
        let start = self.at;
        while self.byte(self.at).is_some_and(&wanted) {
            self.at += 1;
        }
        self.at - start
    }

    fn number(&mut self, start: usize) -> Result<Kind, (String, Pos)> {
        if self.byte(self.at) == Some(b'-') {
            self.at += 1;
        }
        let malformed = |from: &str| {
            let seen: String =
                from.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').take(20).collect();
            (format!("Expected type 'number', but it was malformed: {seen:?}."), start as Pos)
        };
        if self.byte(self.at) == Some(b'0') {
            self.at += 1;
        } else if self.skip_while(|byte| byte.is_ascii_digit()) == 0 {
            return Err(malformed(self.rest(start)));
        }
        let mut kind = Kind::Int;
        if self.byte(self.at) == Some(b'.')
            && self.byte(self.at + 1).is_some_and(|byte| byte.is_ascii_digit())
        {
            self.at += 1;
            self.skip_while(|byte| byte.is_ascii_digit());
            kind = Kind::Float;
        }
        if matches!(self.byte(self.at), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(self.byte(self.at + 1), Some(b'+' | b'-')));
            if self.byte(self.at + 1 + sign).is_some_and(|byte| byte.is_ascii_digit()) {
                self.at += 1 + sign;
                self.skip_while(|byte| byte.is_ascii_digit());
                kind = Kind::Float;
            }
        }
        if self.byte(self.at).is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            return Err(malformed(self.rest(start)));
        }
        Ok(kind)
    }

    fn string(&mut self, start: usize) -> Result<Kind, (String, Pos)> {
        if self.rest(start).starts_with("\"\"\"") {
            self.at += 3;
            loop {
                match self.byte(self.at) {
                    None => return Err(malformed_string(start)),
                    Some(b'\\') if self.rest(self.at).starts_with("\\\"\"\"") => self.at += 4,
                    Some(b'"') if self.rest(self.at).starts_with("\"\"\"") => {
                        self.at += 3;
                        return Ok(Kind::BlockStr);
                    }
                    // Bytewise: no byte within a longer character is a quote or a backslash.
                    Some(_) => self.at += 1,
                }
            }
        }
        self.at += 1;
        loop {
            match self.byte(self.at) {
                None | Some(b'\n' | b'\r') => return Err(malformed_string(start)),
                Some(b'\\') => self.at += 2,
                Some(b'"') => {
                    self.at += 1;
                    return Ok(Kind::Str);
                }
                Some(_) => self.at += 1,
            }
        }
    }
}

fn malformed_string(start: usize) -> (String, Pos) {
    ("Expected string or block string, but it was malformed".to_owned(), start as Pos)
}

/// The text a quoted string stands for; `None` when an escape is no escape.
pub(crate) fn unescape(quoted: &str) -> Option<Cow<'_, str>> {
    let inner = quoted.get(1..quoted.len().checked_sub(1)?)?;
    if !inner.contains('\\') {
        return Some(Cow::Borrowed(inner));
    }
    let mut out = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = rest.find('\\') {
        out.push_str(rest.get(..at)?);
        rest = rest.get(at + 1..)?;
        let escape = rest.chars().next()?;
        rest = rest.get(escape.len_utf8()..)?;
        out.push(match escape {
            '"' | '\\' | '/' => escape,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => unicode(&mut rest)?,
            _ => return None,
        });
    }
    out.push_str(rest);
    Some(Cow::Owned(out))
}

fn unicode(rest: &mut &str) -> Option<char> {
    if let Some(braced) = rest.strip_prefix('{') {
        let (digits, after) = braced.split_once('}')?;
        *rest = after;
        return char::from_u32(u32::from_str_radix(digits, 16).ok()?);
    }
    let first = hex4(rest)?;
    if !(0xD800..0xDC00).contains(&first) {
        return char::from_u32(first);
    }
    // Half a pair: the other half must follow.
    *rest = rest.strip_prefix("\\u")?;
    let second = hex4(rest)?;
    if !(0xDC00..0xE000).contains(&second) {
        return None;
    }
    char::from_u32(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
}

fn hex4(rest: &mut &str) -> Option<u32> {
    let digits = rest.get(..4)?;
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    *rest = rest.get(4..)?;
    u32::from_str_radix(digits, 16).ok()
}

/// The text a block string stands for: common indentation and blank edges removed.
pub(crate) fn block(quoted: &str) -> String {
    let inner = quoted.trim_start_matches("\"\"\"");
    let inner = inner.strip_suffix("\"\"\"").unwrap_or(inner).replace("\\\"\"\"", "\"\"\"");
    let margin = |line: &str| line.bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    // One pass tells how far the lines are indented, and which are the first and the last that say something.
    let mut indent = usize::MAX;
    let mut edges: Option<(usize, usize)> = None;
    for (number, line) in inner.lines().enumerate() {
        let margin = margin(line);
        if margin == line.len() {
            continue;
        }
        edges = Some((edges.map_or(number, |(first, _)| first), number));
        if number > 0 {
            indent = indent.min(margin);
        }
    }
    let Some((first, last)) = edges else { return String::new() };
    let mut out = String::with_capacity(inner.len());
    for (number, line) in inner.lines().enumerate().skip(first).take(last - first + 1) {
        if number > first {
            out.push('\n');
        }
        out.push_str(if number == 0 { line } else { line.get(indent.min(line.len())..).unwrap_or_default() });
    }
    out
}
