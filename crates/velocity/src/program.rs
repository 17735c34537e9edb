//! A template, parsed: variables are places, texts are shared, positions are byte offsets.

use std::sync::Arc;

use crate::error::Error;
use crate::parser;

/// A parsed template.
#[derive(Debug)]
pub struct Program {
    pub(crate) source: Arc<str>,
    pub(crate) body: Block,
    /// The names of variables; a [`Reference`] holds a place in here.
    pub(crate) names: Vec<Arc<str>>,
}

pub(crate) type Block = Vec<Node>;
pub(crate) type Slot = u32;

#[derive(Debug)]
pub(crate) enum Node {
    Text(Arc<str>),
    Reference(Reference),
    Set { target: Reference, value: Expression },
    If { branches: Vec<(Expression, Block)>, otherwise: Block },
    Foreach { item: Slot, source: Expression, body: Block },
    Break,
    Stop,
    Return(Option<Expression>),
}

/// `$root.steps`, and how it is written where it has no value.
#[derive(Debug)]
pub(crate) struct Reference {
    pub(crate) root: Slot,
    pub(crate) steps: Vec<Step>,
    pub(crate) quiet: bool,
    /// Backslashes before it.
    pub(crate) escapes: usize,
    /// The reference as it stands in the template, without backslashes.
    pub(crate) literal: Arc<str>,
}

#[derive(Debug)]
pub(crate) enum Step {
    Property(Arc<str>),
    Method { name: Arc<str>, arguments: Vec<Expression>, offset: usize },
    Index { index: Expression, offset: usize },
}

#[derive(Debug)]
pub(crate) enum Expression {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Arc<str>),
    /// A text in double quotes with references or directives in it.
    Interpolated(Block),
    List(Vec<Expression>),
    Map(Vec<(Expression, Expression)>),
    Range(Box<(Expression, Expression)>),
    Reference(Reference),
    Not(Box<Expression>),
    Binary(Operator, Box<(Expression, Expression)>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Or,
    And,
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

impl Program {
    /// # Errors
    /// The first mistake in the template, told as Velocity does.
    pub fn parse(source: &str) -> Result<Program, Error> {
        parser::parse(source)
    }

    /// The text it was parsed from.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// What the template always renders, if there is nothing in it but text.
    pub fn constant(&self) -> Option<String> {
        let text = |node: &Node| match node {
            Node::Text(text) => Some(text.to_string()),
            _ => None,
        };
        self.body.iter().map(text).collect()
    }
}
