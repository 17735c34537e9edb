//! An expression ready to be evaluated.

use std::sync::Arc;

use crate::regex::Regex;
use crate::signature::Signature;

/// A name that something is bound to, as an index into the expression's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Symbol(pub(crate) u32);

#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) kind: Kind,
    pub(crate) position: u32,
    /// `[]` follows: a sequence that comes out of here stays an array.
    pub(crate) keep_array: bool,
    /// Filters on what comes out of here.
    pub(crate) predicates: Vec<Node>,
    pub(crate) group: Option<Box<Group>>,
    /// What this node does as a step of a path.
    pub(crate) step: Step,
    /// The `%`s in here whose object isn't found yet; empty once the expression is [shaped](crate::shape).
    pub(crate) seeking: Vec<Symbol>,
}

#[derive(Debug, Default)]
pub(crate) struct Step {
    pub(crate) stages: Vec<Stage>,
    /// `@$name`
    pub(crate) focus: Option<Symbol>,
    /// `#$name`
    pub(crate) index: Option<Symbol>,
    /// What a `%` further on calls the object that this step started from.
    pub(crate) ancestor: Option<Symbol>,
    /// From here on the path carries bindings.
    pub(crate) tuple: bool,
    /// `[…]` at an end of a path: isn't flattened.
    pub(crate) constructed: bool,
}

#[derive(Debug)]
pub(crate) enum Stage {
    Filter(Node),
    Index(Symbol),
}

#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) pairs: Vec<Pair>,
    pub(crate) position: u32,
}

#[derive(Debug)]
pub(crate) struct Pair {
    pub(crate) key: Node,
    /// The key, where it is written out.
    pub(crate) literal: Option<Arc<str>>,
    pub(crate) value: Node,
}

#[derive(Debug)]
pub(crate) enum Kind {
    Path(Path),
    Name(Arc<str>),
    Literal(json::Value),
    Number(f64),
    Wildcard,
    Descendant,
    Parent(Symbol),
    /// `$`
    Context,
    /// `$$`
    Root,
    /// A variable that is bound somewhere in the expression, and so perhaps here.
    Variable(Symbol),
    /// A variable that only the caller or the library can have bound.
    Global(Symbol),
    Negate(Box<Node>),
    Binary {
        operator: Operator,
        left: Box<Node>,
        right: Box<Node>,
    },
    Array(Vec<Item>),
    Object(Group),
    Block {
        parts: Vec<Node>,
        binds: bool,
    },
    Bind {
        symbol: Symbol,
        value: Box<Node>,
    },
    Condition {
        condition: Box<Node>,
        then: Box<Node>,
        otherwise: Option<Box<Node>>,
    },
    Regex(Arc<Regex>),
    Call(Call),
    Partial(Partial),
    Lambda(Arc<Lambda>),
    Apply {
        left: Box<Node>,
        right: Box<Node>,
    },
    Transform(Arc<Transform>),
    Sort(Vec<SortTerm>),
}

#[derive(Debug)]
pub(crate) struct Path {
    pub(crate) steps: Vec<Node>,
    /// Some step said `[]`.
    pub(crate) keep_singleton: bool,
    /// A path around this one needs its bindings.
    pub(crate) tuple: bool,
    /// A grouping follows, which needs them too.
    pub(crate) grouped: bool,
    /// Only a start and names: most values are reached by looking up one member after the other.
    pub(crate) plain: bool,
}

/// An item of `[…]`.
#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) node: Node,
    /// Itself `[…]`: stays an array inside this one.
    pub(crate) nested: bool,
}

#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) procedure: Box<Node>,
    /// What error messages call the procedure.
    pub(crate) name: Option<Arc<str>>,
    /// The procedure is a bare name, perhaps a function without its `$`.
    pub(crate) bare: Option<Symbol>,
    pub(crate) arguments: Vec<Node>,
    /// Nothing is left to do after this call: it is made from where the function around it was called.
    pub(crate) tail: bool,
}

/// A call in which some arguments are left open with `?`.
#[derive(Debug)]
pub(crate) struct Partial {
    pub(crate) procedure: Box<Node>,
    pub(crate) name: Option<Arc<str>>,
    pub(crate) bare: Option<Symbol>,
    pub(crate) arguments: Vec<Option<Node>>,
}

#[derive(Debug)]
pub(crate) struct Lambda {
    pub(crate) parameters: Vec<Symbol>,
    pub(crate) signature: Option<Signature>,
    pub(crate) body: Node,
}

#[derive(Debug)]
pub(crate) struct Transform {
    pub(crate) pattern: Node,
    pub(crate) update: Node,
    pub(crate) delete: Option<Node>,
}

#[derive(Debug)]
pub(crate) struct SortTerm {
    pub(crate) descending: bool,
    pub(crate) expression: Node,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Concatenate,
    Range,
    In,
    And,
    Or,
}

impl Operator {
    pub(crate) fn text(self) -> &'static str {
        match self {
            Operator::Add => "+",
            Operator::Subtract => "-",
            Operator::Multiply => "*",
            Operator::Divide => "/",
            Operator::Remainder => "%",
            Operator::Equal => "=",
            Operator::NotEqual => "!=",
            Operator::Less => "<",
            Operator::LessOrEqual => "<=",
            Operator::Greater => ">",
            Operator::GreaterOrEqual => ">=",
            Operator::Concatenate => "&",
            Operator::Range => "..",
            Operator::In => "in",
            Operator::And => "and",
            Operator::Or => "or",
        }
    }

    pub(crate) fn from_text(text: &str) -> Option<Operator> {
        use Operator::*;
        const ALL: [Operator; 16] = [
            Add,
            Subtract,
            Multiply,
            Divide,
            Remainder,
            Equal,
            NotEqual,
            Less,
            LessOrEqual,
            Greater,
            GreaterOrEqual,
            Concatenate,
            Range,
            In,
            And,
            Or,
        ];
        ALL.into_iter().find(|operator| operator.text() == text)
    }
}

impl Node {
    pub(crate) fn new(kind: Kind, position: u32) -> Self {
        Node {
            kind,
            position,
            keep_array: false,
            predicates: Vec::new(),
            group: None,
            step: Step::default(),
            seeking: Vec::new(),
        }
    }
}

impl Node {
    /// Visits the nodes directly within this one, in the order in which they were written.
    pub(crate) fn for_each_child(&mut self, visit: &mut dyn FnMut(&mut Node)) {
        match &mut self.kind {
            Kind::Path(path) => path.steps.iter_mut().for_each(&mut *visit),
            Kind::Negate(node) | Kind::Bind { value: node, .. } => visit(node),
            Kind::Binary { left, right, .. } | Kind::Apply { left, right } => {
                visit(left);
                visit(right);
            }
            Kind::Array(items) => items.iter_mut().for_each(|item| visit(&mut item.node)),
            Kind::Object(group) => group.for_each_child(visit),
            Kind::Block { parts, .. } => parts.iter_mut().for_each(&mut *visit),
            Kind::Condition { condition, then, otherwise } => {
                visit(condition);
                visit(then);
                otherwise.iter_mut().for_each(|node| visit(node));
            }
            Kind::Call(call) => {
                visit(&mut call.procedure);
                call.arguments.iter_mut().for_each(&mut *visit);
            }
            Kind::Partial(partial) => {
                visit(&mut partial.procedure);
                partial.arguments.iter_mut().flatten().for_each(&mut *visit);
            }
            Kind::Lambda(lambda) => {
                visit(&mut Arc::get_mut(lambda).expect("not shared while shaped").body);
            }
            Kind::Transform(transform) => {
                let transform = Arc::get_mut(transform).expect("not shared while shaped");
                visit(&mut transform.pattern);
                visit(&mut transform.update);
                transform.delete.iter_mut().for_each(&mut *visit);
            }
            Kind::Sort(terms) => terms.iter_mut().for_each(|term| visit(&mut term.expression)),
            Kind::Name(_)
            | Kind::Literal(_)
            | Kind::Number(_)
            | Kind::Wildcard
            | Kind::Descendant
            | Kind::Parent(_)
            | Kind::Context
            | Kind::Root
            | Kind::Variable(_)
            | Kind::Global(_)
            | Kind::Regex(_) => {}
        }
        for stage in &mut self.step.stages {
            if let Stage::Filter(filter) = stage {
                visit(filter);
            }
        }
        self.predicates.iter_mut().for_each(&mut *visit);
        if let Some(group) = &mut self.group {
            group.for_each_child(visit);
        }
    }
}

impl Group {
    fn for_each_child(&mut self, visit: &mut dyn FnMut(&mut Node)) {
        for pair in &mut self.pairs {
            visit(&mut pair.key);
            visit(&mut pair.value);
        }
    }
}
