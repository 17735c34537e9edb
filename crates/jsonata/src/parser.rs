//! Tokens to a [`Tree`], by operator precedence. What the tree means (paths, parents, tail calls)
//! is worked out in [`shape`](crate::shape).

use crate::error::{BOUND, Fault, Result, fault};
use crate::lexer::{Lexer, Token};
use crate::signature::Signature;

/// An expression as it was written.
#[derive(Debug)]
pub(crate) struct Tree {
    pub(crate) form: Form,
    /// Byte offset just after the token that made it.
    pub(crate) position: u32,
    /// An empty predicate `[]` follows: the result stays an array.
    pub(crate) keep_array: bool,
    /// Nodes on the longest way down.
    height: u32,
}

#[derive(Debug)]
pub(crate) enum Form {
    End,
    Name(String),
    Variable(String),
    Text(String),
    Number(f64),
    Bool(bool),
    Null,
    Regex {
        pattern: String,
        flags: String,
    },
    Wildcard,
    Descendant,
    Parent,
    Negate(Box<Tree>),
    Array(Vec<Tree>),
    Object(Vec<(Tree, Tree)>),
    Block(Vec<Tree>),
    Transform {
        pattern: Box<Tree>,
        update: Box<Tree>,
        delete: Option<Box<Tree>>,
    },
    Binary {
        operator: &'static str,
        left: Box<Tree>,
        right: Box<Tree>,
    },
    Filter {
        left: Box<Tree>,
        predicate: Box<Tree>,
    },
    Group {
        left: Box<Tree>,
        pairs: Vec<(Tree, Tree)>,
    },
    Sort {
        left: Box<Tree>,
        terms: Vec<Term>,
    },
    Condition {
        condition: Box<Tree>,
        then: Box<Tree>,
        otherwise: Option<Box<Tree>>,
    },
    /// An argument that is missing is a `?`, which only a partial application has.
    Call {
        procedure: Box<Tree>,
        arguments: Vec<Option<Tree>>,
    },
    Lambda {
        parameters: Vec<String>,
        signature: Option<Signature>,
        body: Box<Tree>,
    },
}

#[derive(Debug)]
pub(crate) struct Term {
    pub(crate) descending: bool,
    pub(crate) expression: Tree,
}

/// Trees higher than this are refused, so that whoever walks them may recurse.
const HEIGHT_MAX: u32 = 200;
/// Expressions within expressions, while they are read.
const NESTING_MAX: u32 = 150;

pub(crate) fn parse(source: &str) -> Result<Tree> {
    let mut parser =
        Parser { lexer: Lexer::new(source), token: Token::End, position: 0, nesting: 0 };
    parser.advance(false)?;
    let tree = parser.expression(0)?;
    if parser.token != Token::End {
        return Err(fault("S0201").at(parser.position).token(parser.token.shown()));
    }
    Ok(tree)
}

struct Parser<'a> {
    lexer: Lexer<'a>,
    token: Token,
    position: u32,
    nesting: u32,
}

/// How tightly an operator binds what stands left of it.
fn left_power(token: &Token) -> u32 {
    let Token::Operator(operator) = token else { return 0 };
    match *operator {
        "[" | "(" | "@" | "#" => 80,
        "." => 75,
        "{" => 70,
        "*" | "/" | "%" => 60,
        "+" | "-" | "&" => 50,
        "=" | "<" | ">" | "^" | "!=" | "<=" | ">=" | "~>" | "in" => 40,
        "and" => 30,
        "or" => 25,
        "?" => 20,
        ":=" => 10,
        _ => 0,
    }
}

fn too_deep(position: u32) -> Box<Fault> {
    fault(BOUND).at(position).text("Expression is nested too deeply")
}

impl Parser<'_> {
    fn advance(&mut self, after_value: bool) -> Result<(Token, u32)> {
        let token = self.lexer.next(after_value)?;
        let position = std::mem::replace(&mut self.position, self.lexer.at());
        if let Token::Operator(operator @ ("!" | "~")) = token {
            return Err(fault("S0204").at(self.position).token(operator));
        }
        Ok((std::mem::replace(&mut self.token, token), position))
    }

    fn is(&self, operator: &str) -> bool {
        matches!(self.token, Token::Operator(found) if found == operator)
    }

    /// Steps over `operator`, which must stand here.
    fn expect(&mut self, operator: &'static str, after_value: bool) -> Result<()> {
        if !self.is(operator) {
            let code = if self.token == Token::End { "S0203" } else { "S0202" };
            return Err(fault(code)
                .at(self.position)
                .token(self.token.shown())
                .with("value", operator));
        }
        self.advance(after_value).map(drop)
    }

    /// Steps over `operator` if it stands here.
    fn skip(&mut self, operator: &'static str) -> Result<bool> {
        let found = self.is(operator);
        if found {
            self.advance(false)?;
        }
        Ok(found)
    }

    fn expression(&mut self, right_power: u32) -> Result<Tree> {
        self.nesting += 1;
        if NESTING_MAX < self.nesting {
            return Err(too_deep(self.position));
        }
        let (token, position) = self.advance(true)?;
        let mut left = self.prefix(token, position)?;
        while right_power < left_power(&self.token) {
            let (token, position) = self.advance(false)?;
            left = self.infix(left, &token, position)?;
            if HEIGHT_MAX < left.height {
                return Err(too_deep(position));
            }
        }
        self.nesting -= 1;
        Ok(left)
    }

    fn boxed(&mut self, right_power: u32) -> Result<Box<Tree>> {
        self.expression(right_power).map(Box::new)
    }

    fn prefix(&mut self, token: Token, position: u32) -> Result<Tree> {
        let form = match token {
            Token::Name(name) => Form::Name(name),
            Token::Variable(name) => Form::Variable(name),
            Token::Text(text) => Form::Text(text),
            Token::Number(number) => Form::Number(number),
            Token::Bool(bool) => Form::Bool(bool),
            Token::Null => Form::Null,
            Token::Regex { pattern, flags } => Form::Regex { pattern, flags },
            Token::End => Form::End,
            Token::Operator(operator) => return self.prefix_operator(operator, position),
        };
        Ok(Tree::new(form, position, 0))
    }

    fn prefix_operator(&mut self, operator: &'static str, position: u32) -> Result<Tree> {
        let (form, height) = match operator {
            // These words are operators only where one can stand.
            "and" | "or" | "in" => (Form::Name(operator.to_owned()), 0),
            "*" => (Form::Wildcard, 0),
            "**" => (Form::Descendant, 0),
            "%" => (Form::Parent, 0),
            "-" => {
                let operand = self.boxed(70)?;
                let height = operand.height;
                (Form::Negate(operand), height)
            }
            "(" => {
                let parts = self.block()?;
                let height = highest(&parts);
                (Form::Block(parts), height)
            }
            "[" => {
                let items = self.items()?;
                let height = highest(&items);
                (Form::Array(items), height)
            }
            "{" => {
                let pairs = self.pairs()?;
                let height = highest_pair(&pairs);
                (Form::Object(pairs), height)
            }
            "|" => return self.transform(position),
            _ => return Err(fault("S0211").at(position).token(operator)),
        };
        Ok(Tree::new(form, position, height))
    }

    fn block(&mut self) -> Result<Vec<Tree>> {
        let mut parts = Vec::new();
        while !self.is(")") {
            parts.push(self.expression(0)?);
            if !self.skip(";")? {
                break;
            }
        }
        self.expect(")", true)?;
        Ok(parts)
    }

    fn items(&mut self) -> Result<Vec<Tree>> {
        let mut items = Vec::new();
        while !self.is("]") || !items.is_empty() {
            let mut item = self.expression(0)?;
            let position = self.position;
            if self.skip("..")? {
                item = binary("..", item, self.expression(0)?, position);
            }
            items.push(item);
            if !self.skip(",")? {
                break;
            }
        }
        self.expect("]", true)?;
        Ok(items)
    }

    fn pairs(&mut self) -> Result<Vec<(Tree, Tree)>> {
        let mut pairs = Vec::new();
        while !self.is("}") || !pairs.is_empty() {
            let key = self.expression(0)?;
            self.expect(":", false)?;
            pairs.push((key, self.expression(0)?));
            if !self.skip(",")? {
                break;
            }
        }
        self.expect("}", true)?;
        Ok(pairs)
    }

    fn transform(&mut self, position: u32) -> Result<Tree> {
        let pattern = self.boxed(0)?;
        self.expect("|", false)?;
        let update = self.boxed(0)?;
        let delete = if self.skip(",")? { Some(self.boxed(0)?) } else { None };
        self.expect("|", false)?;
        let height =
            pattern.height.max(update.height).max(delete.as_ref().map_or(0, |tree| tree.height));
        Ok(Tree::new(Form::Transform { pattern, update, delete }, position, height))
    }

    fn infix(&mut self, left: Tree, token: &Token, position: u32) -> Result<Tree> {
        let Token::Operator(operator) = *token else {
            return Err(fault("S0201").at(position).token(token.shown()));
        };
        match operator {
            "(" => self.call(left, position),
            "[" => self.predicate(left, position),
            "{" => {
                let pairs = self.pairs()?;
                let height = left.height.max(highest_pair(&pairs));
                Ok(Tree::new(Form::Group { left: Box::new(left), pairs }, position, height))
            }
            "^" => self.sort(left, position),
            "?" => self.condition(left, position),
            ":=" => {
                if !matches!(left.form, Form::Variable(_)) {
                    return Err(fault("S0212").at(left.position).token(left.shown()));
                }
                Ok(binary(operator, left, self.expression(9)?, position))
            }
            "@" | "#" => {
                let right = self.expression(80)?;
                if !matches!(right.form, Form::Variable(_)) {
                    return Err(fault("S0214").at(right.position).token(operator));
                }
                Ok(binary(operator, left, right, position))
            }
            _ => Ok(binary(operator, left, self.expression(left_power(token))?, position)),
        }
    }

    fn predicate(&mut self, mut left: Tree, position: u32) -> Result<Tree> {
        if self.is("]") {
            let mut step = &mut left;
            while let Form::Filter { left, .. } = &mut step.form {
                step = left;
            }
            step.keep_array = true;
            self.advance(false)?;
            return Ok(left);
        }
        let predicate = self.boxed(0)?;
        self.expect("]", true)?;
        let height = left.height.max(predicate.height);
        Ok(Tree::new(Form::Filter { left: Box::new(left), predicate }, position, height))
    }

    fn sort(&mut self, left: Tree, position: u32) -> Result<Tree> {
        self.expect("(", false)?;
        let mut terms = Vec::new();
        loop {
            let descending = if self.skip("<")? { false } else { self.skip(">")? };
            terms.push(Term { descending, expression: self.expression(0)? });
            if !self.skip(",")? {
                break;
            }
        }
        self.expect(")", false)?;
        let height = terms.iter().map(|term| term.expression.height).fold(left.height, u32::max);
        Ok(Tree::new(Form::Sort { left: Box::new(left), terms }, position, height))
    }

    fn condition(&mut self, condition: Tree, position: u32) -> Result<Tree> {
        let then = self.boxed(0)?;
        let otherwise = if self.skip(":")? { Some(self.boxed(0)?) } else { None };
        let height = condition.height.max(then.height);
        let height = height.max(otherwise.as_ref().map_or(0, |tree| tree.height));
        let condition = Box::new(condition);
        Ok(Tree::new(Form::Condition { condition, then, otherwise }, position, height))
    }

    fn call(&mut self, procedure: Tree, position: u32) -> Result<Tree> {
        let mut arguments = Vec::new();
        while !self.is(")") || !arguments.is_empty() {
            arguments.push(if self.skip("?")? { None } else { Some(self.expression(0)?) });
            if !self.skip(",")? {
                break;
            }
        }
        self.expect(")", true)?;
        if matches!(&procedure.form, Form::Name(name) if name == "function" || name == "λ") {
            return self.lambda(arguments, position);
        }
        let height = highest(arguments.iter().flatten()).max(procedure.height);
        Ok(Tree::new(Form::Call { procedure: Box::new(procedure), arguments }, position, height))
    }

    fn lambda(&mut self, arguments: Vec<Option<Tree>>, position: u32) -> Result<Tree> {
        let mut parameters = Vec::new();
        for (place, argument) in arguments.into_iter().enumerate() {
            match argument {
                Some(Tree { form: Form::Variable(name), .. }) => parameters.push(name),
                Some(other) => {
                    return Err(fault("S0208")
                        .at(other.position)
                        .token(other.shown())
                        .with("value", place as i64 + 1));
                }
                None => return Err(fault("S0208").at(position).with("value", place as i64 + 1)),
            }
        }
        let signature = if self.is("<") { Some(self.signature()?) } else { None };
        self.expect("{", false)?;
        let body = self.boxed(0)?;
        self.expect("}", true)?;
        let height = body.height;
        Ok(Tree::new(Form::Lambda { parameters, signature, body }, position, height))
    }

    /// The tokens up to the closing `>`, put together again.
    fn signature(&mut self) -> Result<Signature> {
        let position = self.position;
        let (mut depth, mut text) = (1, "<".to_owned());
        self.advance(false)?;
        while 0 < depth && !self.is("{") && self.token != Token::End {
            match &self.token {
                Token::Operator(">") => depth -= 1,
                Token::Operator("<") => depth += 1,
                _ => {}
            }
            let shown = self.token.shown();
            text.push_str(shown.as_str().unwrap_or_default());
            if 0 < depth {
                self.advance(false)?;
            }
        }
        self.expect(">", false)?;
        Signature::parse(&text).map_err(|fault| {
            let offset = fault.position.unwrap_or_default();
            fault.at(position + offset)
        })
    }
}

fn binary(operator: &'static str, left: Tree, right: Tree, position: u32) -> Tree {
    let height = left.height.max(right.height);
    let (left, right) = (Box::new(left), Box::new(right));
    Tree::new(Form::Binary { operator, left, right }, position, height)
}

fn highest<'a>(trees: impl IntoIterator<Item = &'a Tree>) -> u32 {
    trees.into_iter().map(|tree| tree.height).max().unwrap_or_default()
}

fn highest_pair(pairs: &[(Tree, Tree)]) -> u32 {
    highest(pairs.iter().flat_map(|(key, value)| [key, value]))
}

impl Tree {
    fn new(form: Form, position: u32, height_within: u32) -> Self {
        Tree { form, position, keep_array: false, height: height_within + 1 }
    }

    /// What error messages call this expression: the token that made it.
    pub(crate) fn shown(&self) -> json::Value {
        match &self.form {
            Form::Name(text) | Form::Variable(text) | Form::Text(text) => text.as_str().into(),
            Form::Number(number) => Token::Number(*number).shown(),
            Form::Bool(bool) => (*bool).into(),
            Form::Null => json::Value::NULL,
            Form::End => "(end)".into(),
            Form::Regex { pattern, .. } => pattern.as_str().into(),
            Form::Wildcard => "*".into(),
            Form::Descendant => "**".into(),
            Form::Parent => "%".into(),
            Form::Negate(_) => "-".into(),
            Form::Array(_) | Form::Filter { .. } => "[".into(),
            Form::Object(_) | Form::Group { .. } => "{".into(),
            Form::Block(_) | Form::Call { .. } | Form::Lambda { .. } => "(".into(),
            Form::Transform { .. } => "|".into(),
            Form::Binary { operator, .. } => (*operator).into(),
            Form::Sort { .. } => "^".into(),
            Form::Condition { .. } => "?".into(),
        }
    }
}
