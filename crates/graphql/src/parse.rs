//! Reads a document: recursive descent over the tokens, with the depth and the number of tokens
//! bounded as it goes.

use std::borrow::Cow;

use crate::ast::*;
use crate::error::GraphqlError;
use crate::lexer::{Kind, Lexer, Token, block, punctuation_label, unescape};
use crate::limits;

/// Boxed, since errors are large and rare.
pub(crate) type Parsed<T> = Result<T, Box<GraphqlError>>;

/// Reads a document to be executed.
pub(crate) fn parse_document(text: &str) -> Parsed<Document<'_>> {
    if text.len() > limits::MAX_DOCUMENT_BYTES {
        return Err(limits::document_too_long());
    }
    let mut parser = Parser::new(text, limits::MAX_TOKENS)?;
    if parser.token.kind == Kind::End {
        let message =
            if text.is_empty() { "No query string was present" } else { "Unexpected end of document" };
        return Err(Box::new(GraphqlError::before(message, vec![])));
    }
    let mut definitions = Vec::new();
    let mut operations = 0;
    while parser.token.kind != Kind::End {
        let definition = parser.definition()?;
        if let Definition::Operation(operation) = &definition {
            operations += 1;
            if operations > limits::MAX_OPERATIONS {
                return Err(limits::too_many_operations(Lines::new(text).locate(operation.pos)));
            }
        }
        definitions.push(definition);
    }
    Ok(Document { definitions })
}

/// A reader of GraphQL text. The schema's own text is read by the same one.
pub(crate) struct Parser<'a> {
    text: &'a str,
    lexer: Lexer<'a>,
    pub(crate) token: Token<'a>,
    depth: usize,
    tokens_left: usize,
}

impl<'a> Parser<'a> {
    pub(crate) fn new(text: &'a str, tokens: usize) -> Parsed<Self> {
        let token = Token { kind: Kind::End, text: "", pos: 0 };
        let mut parser = Parser { text, lexer: Lexer::new(text), token, depth: 0, tokens_left: tokens };
        parser.advance()?;
        Ok(parser)
    }

    pub(crate) fn advance(&mut self) -> Parsed<Token<'a>> {
        let next = self.lexer.next().map_err(|(message, pos)| {
            GraphqlError::before(message, vec![Lines::new(self.text).locate(pos)])
        })?;
        self.tokens_left = self
            .tokens_left
            .checked_sub(1)
            .ok_or_else(|| limits::too_many_tokens(Lines::new(self.text).locate(next.pos)))?;
        Ok(std::mem::replace(&mut self.token, next))
    }

    pub(crate) fn fail<T>(&self, message: String) -> Parsed<T> {
        let at = Lines::new(self.text).locate(self.token.pos);
        let message = format!("{message} at [{}, {}]", at.line, at.column);
        Err(Box::new(GraphqlError::before(message, vec![at])))
    }

    pub(crate) fn unexpected<T>(&self, expected: &str) -> Parsed<T> {
        if self.token.kind == Kind::End {
            return self.fail(format!("Expected {expected}, not end of file"));
        }
        let shown = match self.token.kind {
            Kind::Str => unescape(self.token.text).unwrap_or(Cow::Borrowed(self.token.text)),
            Kind::BlockStr => Cow::Owned(block(self.token.text)),
            _ => Cow::Borrowed(self.token.text),
        };
        self.fail(format!("Expected {expected}, actual: {} ({shown:?})", self.token.label()))
    }

    pub(crate) fn at(&self, byte: u8) -> bool {
        self.token.kind == Kind::Punctuation(byte)
    }

    pub(crate) fn at_word(&self, word: &str) -> bool {
        self.token.kind == Kind::Name && self.token.text == word
    }

    pub(crate) fn expect(&mut self, byte: u8) -> Parsed<()> {
        if !self.at(byte) {
            return self.unexpected(punctuation_label(byte));
        }
        self.advance().map(|_| ())
    }

    pub(crate) fn eat(&mut self, byte: u8) -> Parsed<bool> {
        let found = self.at(byte);
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    pub(crate) fn name(&mut self) -> Parsed<&'a str> {
        if self.token.kind != Kind::Name {
            return self.unexpected("NAME");
        }
        if self.token.text.len() > limits::MAX_NAME_BYTES {
            return Err(limits::name_too_long(Lines::new(self.text).locate(self.token.pos)));
        }
        Ok(self.advance()?.text)
    }

    fn deeper<T>(&mut self, inner: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= limits::MAX_DEPTH {
            return Err(limits::too_deep(Lines::new(self.text).locate(self.token.pos)));
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    fn definition(&mut self) -> Parsed<Definition<'a>> {
        let pos = self.token.pos;
        if self.at(b'{') {
            let selections = self.selections()?;
            return Ok(Definition::Operation(Operation {
                pos,
                verb: Verb::Query,
                name: None,
                variables: vec![],
                directives: vec![],
                selections,
            }));
        }
        if self.token.kind != Kind::Name {
            return self.unexpected("one of SCHEMA, SCALAR, TYPE, ENUM, INPUT, UNION, INTERFACE");
        }
        let verb = match self.token.text {
            "query" => Verb::Query,
            "mutation" => Verb::Mutation,
            "subscription" => Verb::Subscription,
            "fragment" => return self.fragment(pos).map(Definition::Fragment),
            "schema" | "scalar" | "type" | "enum" | "input" | "union" | "interface" | "directive"
            | "extend" => {
                let at = Lines::new(self.text).locate(pos);
                let error = GraphqlError::before("Query cannot contain schema definitions", vec![at]);
                return Err(Box::new(error.at(vec![]).code("queryContainsSchemaDefinitions")));
            }
            _ => return self.unexpected("one of SCHEMA, SCALAR, TYPE, ENUM, INPUT, UNION, INTERFACE"),
        };
        self.advance()?;
        let name = match self.token.kind {
            Kind::Punctuation(b'(' | b'{' | b'@') => None,
            _ => Some(self.name()?),
        };
        let mut variables = Vec::new();
        if self.eat(b'(')? {
            while !self.at(b')') {
                variables.push(self.variable()?);
            }
            self.advance()?;
        }
        let directives = self.directives()?;
        let selections = self.selections()?;
        Ok(Definition::Operation(Operation { pos, verb, name, variables, directives, selections }))
    }

    fn fragment(&mut self, pos: Pos) -> Parsed<Fragment<'a>> {
        self.advance()?;
        if self.at_word("on") {
            return self.unexpected("NAME");
        }
        let name = self.name()?;
        if !self.at_word("on") {
            return self.unexpected("ON");
        }
        self.advance()?;
        let on = self.name()?;
        let directives = self.directives()?;
        let selections = self.selections()?;
        Ok(Fragment { pos, name, on, directives, selections })
    }

    fn variable(&mut self) -> Parsed<Variable<'a>> {
        let pos = self.token.pos;
        self.expect(b'$')?;
        let name = self.name()?;
        self.expect(b':')?;
        if self.token.kind != Kind::Name && !self.at(b'[') {
            return self.fail(format!("Missing type definition for variable: ${name}"));
        }
        let ty = self.type_expr()?;
        let default = if self.eat(b'=')? { Some(self.value()?) } else { None };
        let directives = self.directives()?;
        Ok(Variable { pos, name, ty, default, directives })
    }

    pub(crate) fn type_expr(&mut self) -> Parsed<TypeExpr<'a>> {
        let inner = if self.eat(b'[')? {
            let item = self.deeper(|parser| parser.type_expr())?;
            self.expect(b']')?;
            TypeExpr::List(Box::new(item))
        } else {
            TypeExpr::Named(self.name()?)
        };
        Ok(if self.eat(b'!')? { TypeExpr::NonNull(Box::new(inner)) } else { inner })
    }

    fn selections(&mut self) -> Parsed<Vec<Selection<'a>>> {
        self.deeper(|parser| {
            parser.expect(b'{')?;
            let mut selections = Vec::new();
            while !parser.at(b'}') {
                selections.push(parser.selection()?);
            }
            parser.advance()?;
            Ok(selections)
        })
    }

    fn selection(&mut self) -> Parsed<Selection<'a>> {
        let pos = self.token.pos;
        if self.token.kind != Kind::Ellipsis {
            return self.field(pos).map(Selection::Field);
        }
        self.advance()?;
        let typed = self.at_word("on");
        if self.token.kind == Kind::Name && !typed {
            let name = self.name()?;
            let directives = self.directives()?;
            return Ok(Selection::Spread(Spread { pos, name, directives }));
        }
        let on = if typed {
            self.advance()?;
            Some(self.name()?)
        } else {
            if !self.at(b'@') && !self.at(b'{') {
                return self.unexpected("NAME");
            }
            None
        };
        let directives = self.directives()?;
        let selections = self.selections()?;
        Ok(Selection::Inline(Inline { pos, on, directives, selections }))
    }

    fn field(&mut self, pos: Pos) -> Parsed<FieldNode<'a>> {
        let mut name = self.name()?;
        let mut alias = None;
        if self.eat(b':')? {
            alias = Some(name);
            name = self.name()?;
        }
        let arguments = self.arguments()?;
        let directives = self.directives()?;
        let selections = if self.at(b'{') { self.selections()? } else { vec![] };
        Ok(FieldNode { pos, alias, name, arguments, directives, selections })
    }

    pub(crate) fn directives(&mut self) -> Parsed<Vec<Directive<'a>>> {
        let mut directives = Vec::new();
        while self.at(b'@') {
            let pos = self.token.pos;
            if directives.len() == limits::MAX_DIRECTIVES {
                return Err(limits::too_many_directives(Lines::new(self.text).locate(pos)));
            }
            self.advance()?;
            let name = self.name()?;
            directives.push(Directive { pos, name, arguments: self.arguments()? });
        }
        Ok(directives)
    }

    fn arguments(&mut self) -> Parsed<Vec<Argument<'a>>> {
        let mut arguments = Vec::new();
        if !self.eat(b'(')? {
            return Ok(arguments);
        }
        while !self.at(b')') {
            arguments.push(self.argument()?);
        }
        if arguments.is_empty() {
            return self.unexpected("ARGUMENT_NAME");
        }
        self.advance()?;
        Ok(arguments)
    }

    fn argument(&mut self) -> Parsed<Argument<'a>> {
        let pos = self.token.pos;
        let name = self.name()?;
        self.expect(b':')?;
        Ok(Argument { pos, name, value: self.value()? })
    }

    pub(crate) fn value(&mut self) -> Parsed<Value<'a>> {
        let pos = self.token.pos;
        match self.token.kind {
            Kind::Int => Ok(Value::Int(self.advance()?.text)),
            Kind::Float => Ok(Value::Float(self.advance()?.text)),
            Kind::Str | Kind::BlockStr => self.string().map(Value::Str),
            Kind::Name => Ok(match self.advance()?.text {
                "true" => Value::Bool(true),
                "false" => Value::Bool(false),
                "null" => Value::Null,
                word => Value::Enum(word),
            }),
            Kind::Punctuation(b'$') => {
                self.advance()?;
                Ok(Value::Variable(self.name()?, pos))
            }
            Kind::Punctuation(b'[') => self.deeper(|parser| {
                parser.advance()?;
                let mut items = Vec::new();
                while !parser.at(b']') {
                    items.push(parser.value()?);
                }
                parser.advance()?;
                Ok(Value::List(items))
            }),
            Kind::Punctuation(b'{') => self.deeper(|parser| {
                parser.advance()?;
                let mut fields = Vec::new();
                while !parser.at(b'}') {
                    fields.push(parser.argument()?);
                }
                parser.advance()?;
                Ok(Value::Object(fields, pos))
            }),
            _ => self.unexpected("VALUE"),
        }
    }

    pub(crate) fn string(&mut self) -> Parsed<Cow<'a, str>> {
        let text = match self.token.kind {
            Kind::BlockStr => Cow::Owned(block(self.token.text)),
            _ => match unescape(self.token.text) {
                Some(text) => text,
                None => return self.fail(format!("Bad unicode escape in {:?}", self.token.text)),
            },
        };
        self.advance()?;
        Ok(text)
    }
}
