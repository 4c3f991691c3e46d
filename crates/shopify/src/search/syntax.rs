//! Reading the syntax. `OR` binds weaker than `AND`, which may be left out; keywords are upper case.
//!
//! Where the grammar leaves a choice, the reader takes what a client most likely meant: a colon inside a value
//! belongs to it, so that times and addresses need no quotes, and a quote only begins a phrase at the start of a
//! value, so that `O'Brien` is a word.

/// How long a text may be, in bytes.
const LENGTH: usize = 32_768;
/// How many values it may name. Disjunctions become SQL, whose depth databases limit.
const WORDS: usize = 250;
/// How deep it may be nested.
const DEPTH: usize = 32;

/// A text beyond the limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooLarge;

/// A search as a tree.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    /// All of them; none holds.
    All(Vec<Node>),
    /// One of them; none doesn't hold.
    Any(Vec<Node>),
    /// The opposite.
    Not(Box<Node>),
    /// One term.
    Is(Term),
}

/// `field:>=value`, or a bare word.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Term {
    /// In lower case; empty for bare words.
    pub(super) field: String,
    /// How the field compares.
    pub(super) op: Op,
    /// To one of these.
    pub(super) words: Vec<Word>,
}

/// How a field compares to a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Op {
    Is,
    More,
    MoreOrSame,
    Less,
    LessOrSame,
}

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// Without quotes and escapes.
    pub(super) text: String,
    /// Whether only the beginning must agree.
    pub(super) prefix: bool,
}

impl Node {
    /// Whether it holds, if `term` tells which terms do.
    pub(super) fn holds(&self, term: &dyn Fn(&Term) -> bool) -> bool {
        match self {
            Node::All(nodes) => nodes.iter().all(|node| node.holds(term)),
            Node::Any(nodes) => nodes.iter().any(|node| node.holds(term)),
            Node::Not(node) => !node.holds(term),
            Node::Is(it) => term(it),
        }
    }

    /// The tree with each term replaced. `None` takes a term out as if it had never been written, together with
    /// whatever consists of nothing else.
    pub(super) fn resolve(&self, term: &mut dyn FnMut(&Term) -> Option<Node>) -> Option<Node> {
        let mut kept =
            |nodes: &[Node]| -> Vec<Node> { nodes.iter().filter_map(|node| node.resolve(term)).collect() };
        match self {
            Node::Any(nodes) if nodes.is_empty() => Some(self.clone()),
            Node::All(nodes) => Some(kept(nodes)).filter(|kept| !kept.is_empty()).map(Node::All),
            Node::Any(nodes) => Some(kept(nodes)).filter(|kept| !kept.is_empty()).map(Node::Any),
            Node::Not(node) => node.resolve(term).map(|node| Node::Not(Box::new(node))),
            Node::Is(it) => term(it),
        }
    }
}

/// Reads a text; `None` if it names nothing.
pub(super) fn read(text: &str) -> Result<Option<Node>, TooLarge> {
    if text.len() > LENGTH {
        return Err(TooLarge);
    }
    let mut reader = Reader { rest: text, words: 0 };
    let mut parts = Vec::new();
    loop {
        parts.extend(reader.any(0)?);
        // Only a parenthesis that closes nothing ends an expression early.
        if !reader.take(')') {
            return Ok(one_or(parts, Node::All));
        }
    }
}

fn one_or(mut nodes: Vec<Node>, several: fn(Vec<Node>) -> Node) -> Option<Node> {
    if nodes.len() > 1 { Some(several(nodes)) } else { nodes.pop() }
}

struct Reader<'a> {
    rest: &'a str,
    words: usize,
}

impl Reader<'_> {
    fn any(&mut self, depth: usize) -> Result<Option<Node>, TooLarge> {
        let mut ways = Vec::new();
        loop {
            ways.extend(self.all(depth)?);
            if !self.keyword("OR") {
                return Ok(one_or(ways, Node::Any));
            }
        }
    }

    fn all(&mut self, depth: usize) -> Result<Option<Node>, TooLarge> {
        let mut parts = Vec::new();
        loop {
            self.space();
            if self.rest.is_empty() || self.rest.starts_with(')') || self.at_keyword("OR") {
                return Ok(one_or(parts, Node::All));
            }
            if !self.keyword("AND") {
                parts.extend(self.part(depth)?);
            }
        }
    }

    fn part(&mut self, depth: usize) -> Result<Option<Node>, TooLarge> {
        if depth > DEPTH {
            return Err(TooLarge);
        }
        if self.keyword("NOT") || self.minus() {
            self.space();
            if self.rest.is_empty() || self.rest.starts_with(')') {
                return Ok(None);
            }
            return Ok(self.part(depth + 1)?.map(|node| Node::Not(Box::new(node))));
        }
        if self.take('(') {
            let inner = self.any(depth + 1)?;
            self.take(')');
            return Ok(inner);
        }
        let term = self.term();
        self.words += term.words.len();
        if self.words > WORDS {
            return Err(TooLarge);
        }
        // A field without a value asks for nothing.
        Ok((!term.words.is_empty()).then_some(Node::Is(term)))
    }

    fn term(&mut self) -> Term {
        let Some(field) = self.field() else {
            return Term { field: String::new(), op: Op::Is, words: self.word(false).into_iter().collect() };
        };
        let ops = [(">=", Op::MoreOrSame), ("<=", Op::LessOrSame), (">", Op::More), ("<", Op::Less)];
        let mut op = Op::Is;
        if let Some((sign, found)) = ops.into_iter().find(|(sign, _)| self.rest.starts_with(sign)) {
            self.rest = &self.rest[sign.len()..];
            op = found;
        }
        self.space();
        let mut words = Vec::new();
        loop {
            words.extend(self.word(true));
            if !self.take(',') {
                return Term { field, op, words };
            }
        }
    }

    /// Takes `name:`, if that is what comes next.
    fn field(&mut self) -> Option<String> {
        let end = self
            .rest
            .find(|c: char| c.is_whitespace() || matches!(c, ':' | '(' | ')' | '\\' | '"' | '\''))?;
        let (name, rest) = self.rest.split_at(end);
        let rest = rest.strip_prefix(':').filter(|_| !name.is_empty())?;
        self.rest = rest;
        Some(name.to_lowercase())
    }

    /// Takes a value; in a list, a comma ends it.
    fn word(&mut self, in_list: bool) -> Option<Word> {
        let mut text = String::new();
        let mut prefix = false;
        let quote = self.rest.chars().next().filter(|c| matches!(c, '"' | '\''));
        let quoted = quote.is_some_and(|quote| self.take(quote));
        let mut chars = self.rest.char_indices();
        let mut end = self.rest.len();
        let mut begun = false;
        while let Some((at, c)) = chars.next() {
            let over = match quote {
                Some(quote) => c == quote,
                None => c.is_whitespace() || matches!(c, '(' | ')') || (in_list && c == ','),
            };
            if over {
                end = at;
                break;
            }
            begun = true;
            match c {
                '\\' => {
                    text.extend(chars.next().map(|(_, c)| c));
                    prefix = false;
                }
                c => {
                    text.push(c);
                    prefix = c == '*';
                }
            }
        }
        self.rest = &self.rest[end..];
        if let Some(quote) = quote {
            self.take(quote);
            if !prefix && self.take('*') {
                return Some(Word { text, prefix: true });
            }
        }
        if prefix {
            text.pop();
        }
        (begun || quoted).then_some(Word { text, prefix })
    }

    fn space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn take(&mut self, c: char) -> bool {
        let rest = self.rest.strip_prefix(c);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// A minus right before something.
    fn minus(&mut self) -> bool {
        let mut chars = self.rest.chars();
        let is = chars.next() == Some('-') && chars.next().is_some_and(|c| !c.is_whitespace());
        is && self.take('-')
    }

    fn at_keyword(&self, keyword: &str) -> bool {
        let after = self.rest.strip_prefix(keyword);
        after.is_some_and(|after| {
            after.chars().next().is_none_or(|c| c.is_whitespace() || matches!(c, '(' | ')'))
        })
    }

    fn keyword(&mut self, keyword: &str) -> bool {
        let is = self.at_keyword(keyword);
        if is {
            self.rest = &self.rest[keyword.len()..];
        }
        is
    }
}
