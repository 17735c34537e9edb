//! Tokens to nodes: what both halves of the language share. The halves are in `executable` and `definitions`.
//!
//! Bounded in what a hostile text can ask for: [`TOKENS_MAX`] tokens, [`DEPTH_MAX`] levels.

mod definitions;
mod executable;

use crate::ast::{Argument, Definition, Directive, Literal, Name, Offset, TypeRef};
use crate::lexer::{self, Kind, Lexer, Token};

/// No document that people or tools write comes near; a hostile one ends here.
const TOKENS_MAX: usize = 1 << 18;

/// How deep selections, lists and objects may nest.
pub(crate) const DEPTH_MAX: usize = 200;

/// Where a text stops being GraphQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SyntaxError {
    pub(crate) at: Offset,
    /// What stands there, or `<EOF>`.
    pub(crate) token: Box<str>,
    /// What is wrong, if it isn't the grammar.
    pub(crate) reason: Option<&'static str>,
}

type Parsed<T> = Result<T, SyntaxError>;

/// Reads a whole document of operations, definitions, or both.
pub(crate) fn parse(text: &str) -> Parsed<Vec<Definition>> {
    let mut parser = Parser::new(text)?;
    let mut definitions = Vec::new();
    // An empty document isn't one.
    loop {
        definitions.push(parser.definition()?);
        if parser.token.kind == Kind::End {
            return Ok(definitions);
        }
    }
}

struct Parser<'a> {
    text: &'a str,
    lexer: Lexer<'a>,
    /// The next token, unread.
    token: Token,
    tokens: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Parsed<Self> {
        let token = Token { kind: Kind::End, start: 0, end: 0 };
        let mut parser = Parser { text, lexer: Lexer::new(text), token, tokens: 0, depth: 0 };
        if u32::try_from(text.len()).is_err() {
            return Err(parser.refused("The document is too long"));
        }
        parser.advance()?;
        Ok(parser)
    }

    fn definition(&mut self) -> Parsed<Definition> {
        let at = self.token.start;
        let description = self.description()?;
        match self.word() {
            "{" | "query" | "mutation" | "subscription" if description.is_none() => {
                Ok(Definition::Operation(self.operation()?))
            }
            "fragment" if description.is_none() => Ok(Definition::Fragment(self.fragment()?)),
            "extend" if description.is_none() => {
                self.advance()?;
                self.type_system(at, None, true)
            }
            _ => self.type_system(at, description, false),
        }
    }

    /// The text of the next token.
    fn word(&self) -> &'a str {
        &self.text[self.token.start as usize..self.token.end as usize]
    }

    fn advance(&mut self) -> Parsed<Token> {
        let read = self.token;
        self.token = self.lexer.token();
        self.tokens += 1;
        if self.token.kind == Kind::Bad {
            return Err(self.unexpected());
        }
        if TOKENS_MAX < self.tokens {
            return Err(self.refused("The document has too many tokens"));
        }
        Ok(read)
    }

    fn unexpected(&self) -> SyntaxError {
        let token = match self.token.kind {
            Kind::End => "<EOF>",
            _ => self.word(),
        };
        SyntaxError { at: self.token.start, token: token.into(), reason: None }
    }

    fn refused(&self, reason: &'static str) -> SyntaxError {
        SyntaxError { reason: Some(reason), ..self.unexpected() }
    }

    /// Whether `mark` is next; reads it if so.
    fn takes(&mut self, mark: u8) -> Parsed<bool> {
        let is_next = self.token.kind == Kind::Mark(mark);
        if is_next {
            self.advance()?;
        }
        Ok(is_next)
    }

    fn expect(&mut self, mark: u8) -> Parsed<()> {
        if self.takes(mark)? { Ok(()) } else { Err(self.unexpected()) }
    }

    fn keyword(&mut self, word: &str) -> Parsed<bool> {
        let is_next = self.token.kind == Kind::Name && self.word() == word;
        if is_next {
            self.advance()?;
        }
        Ok(is_next)
    }

    fn name(&mut self) -> Parsed<Name> {
        if self.token.kind != Kind::Name {
            return Err(self.unexpected());
        }
        let name = self.word();
        self.advance()?;
        Ok(name.into())
    }

    fn name_with_offset(&mut self) -> Parsed<(Name, Offset)> {
        let at = self.token.start;
        Ok((self.name()?, at))
    }

    /// Runs `inner` a level deeper.
    fn nested<T>(&mut self, inner: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth == DEPTH_MAX {
            return Err(self.refused("The document is nested too deeply"));
        }
        self.depth += 1;
        let parsed = inner(self);
        self.depth -= 1;
        parsed
    }

    /// At least one `item` between `open` and `close`.
    fn many<T>(
        &mut self,
        open: u8,
        close: u8,
        mut item: impl FnMut(&mut Self) -> Parsed<T>,
    ) -> Parsed<Vec<T>> {
        self.expect(open)?;
        let mut items = vec![item(self)?];
        while !self.takes(close)? {
            items.push(item(self)?);
        }
        Ok(items)
    }

    /// The same, or nothing at all.
    fn maybe_many<T>(
        &mut self,
        open: u8,
        close: u8,
        item: impl FnMut(&mut Self) -> Parsed<T>,
    ) -> Parsed<Vec<T>> {
        if self.token.kind == Kind::Mark(open) {
            self.many(open, close, item)
        } else {
            Ok(Vec::new())
        }
    }

    fn type_ref(&mut self) -> Parsed<TypeRef> {
        let at = self.token.start;
        let inner = if self.takes(b'[')? {
            let inner = self.nested(Self::type_ref)?;
            self.expect(b']')?;
            TypeRef::List(Box::new(inner))
        } else {
            TypeRef::Named(self.name()?, at)
        };
        Ok(if self.takes(b'!')? { TypeRef::NonNull(Box::new(inner)) } else { inner })
    }

    fn arguments(&mut self) -> Parsed<Vec<Argument>> {
        self.maybe_many(b'(', b')', |parser| {
            let (name, at) = parser.name_with_offset()?;
            parser.expect(b':')?;
            Ok(Argument { name, value: parser.literal()?, at })
        })
    }

    fn directives(&mut self) -> Parsed<Vec<Directive>> {
        let mut directives = Vec::new();
        while self.token.kind == Kind::Mark(b'@') {
            let at = self.advance()?.start;
            directives.push(Directive { name: self.name()?, arguments: self.arguments()?, at });
        }
        Ok(directives)
    }

    fn literal(&mut self) -> Parsed<Literal> {
        let word = self.word();
        let literal = match self.token.kind {
            Kind::Int => Literal::Int(word.into()),
            Kind::Float => Literal::Float(word.into()),
            Kind::String | Kind::BlockString => return Ok(Literal::String(self.string()?)),
            Kind::Name => match word {
                "null" => Literal::Null,
                "true" => Literal::Boolean(true),
                "false" => Literal::Boolean(false),
                _ => Literal::Enum(word.into()),
            },
            Kind::Mark(b'$') => {
                let at = self.advance()?.start;
                return Ok(Literal::Variable(self.name()?, at));
            }
            Kind::Mark(b'[') => return self.nested(Self::list),
            Kind::Mark(b'{') => return self.nested(Self::object),
            Kind::Mark(_) | Kind::Spread | Kind::End | Kind::Bad => return Err(self.unexpected()),
        };
        self.advance()?;
        Ok(literal)
    }

    fn list(&mut self) -> Parsed<Literal> {
        self.expect(b'[')?;
        let mut items = Vec::new();
        while !self.takes(b']')? {
            items.push(self.literal()?);
        }
        Ok(Literal::List(items))
    }

    fn object(&mut self) -> Parsed<Literal> {
        self.expect(b'{')?;
        let mut members = Vec::new();
        while !self.takes(b'}')? {
            let name = self.name()?;
            self.expect(b':')?;
            members.push((name, self.literal()?));
        }
        Ok(Literal::Object(members))
    }

    fn string(&mut self) -> Parsed<Name> {
        let value = match self.token.kind {
            Kind::BlockString => Some(lexer::block_string_value(self.word())),
            Kind::String => lexer::string_value(self.word()),
            _ => None,
        };
        let value = value.ok_or_else(|| self.unexpected())?;
        self.advance()?;
        Ok(value)
    }

    fn description(&mut self) -> Parsed<Option<Name>> {
        match self.token.kind {
            Kind::String | Kind::BlockString => Ok(Some(self.string()?)),
            _ => Ok(None),
        }
    }
}
