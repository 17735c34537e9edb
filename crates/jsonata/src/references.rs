//! What an expression refers to, found without evaluating it.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::Profile;
use crate::ast::{Group, Kind, Node, Stage, Symbol};
use crate::functions;
use crate::shape::Shaped;

/// The names that an expression needs from outside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct References {
    /// Variables that are neither bound in the expression nor built in, without their `$`.
    /// `states` isn't among them.
    pub variables: BTreeSet<String>,
    /// The members of `$states` that are read: `input`, `result`, `errorOutput`, `context` or others.
    pub states: BTreeSet<String>,
    /// `$states` is read as a whole too.
    pub whole_states: bool,
    /// What refers to a context at the top level, where Step Functions has none, each once:
    /// names of fields, `$`, `$$`, `*` and `**`. AWS refuses definitions with such expressions.
    pub refused: Vec<String>,
    /// `$eval` is called, which Step Functions leaves out of the language. Read, it may be a variable.
    /// <https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html>
    pub calls_eval: bool,
}

impl References {
    /// AWS's sentences about what it refuses, without their code `UNSUPPORTED_JSONATA_EXPRESSION`
    /// (measured: floci-io/floci#2670, #2745). That `$eval` isn't there is documented, the sentence is ours.
    pub fn refusals(&self) -> impl Iterator<Item = String> {
        let reference = |name: &String| {
            let place = if name == "$$" { "" } else { " at the top level" };
            format!("Reference to '{name}'{place} is not supported.")
        };
        let call = self.calls_eval.then(|| "Function '$eval' is not supported.".to_owned());
        self.refused.iter().map(reference).chain(call)
    }

    pub(crate) fn of(shaped: &Shaped, profile: Profile) -> References {
        let mut finder = Finder {
            names: &shaped.names,
            profile,
            scope: Vec::new(),
            found: References::default(),
        };
        finder.node(&shaped.node, true);
        finder.found
    }
}

struct Finder<'a> {
    names: &'a [Arc<str>],
    profile: Profile,
    /// What is bound around the node that is looked at.
    scope: Vec<Symbol>,
    found: References,
}

impl Finder<'_> {
    fn name(&self, symbol: Symbol) -> &str {
        &self.names[symbol.0 as usize]
    }

    /// `top`: there is no context for names to look into.
    fn node(&mut self, node: &Node, top: bool) {
        self.kind(node, top);
        self.around(node);
    }

    /// What filters and groups what comes out of a node.
    fn around(&mut self, node: &Node) {
        self.stages(node);
        node.predicates.iter().for_each(|predicate| self.node(predicate, false));
        if let Some(group) = &node.group {
            self.group(group, false);
        }
    }

    fn kind(&mut self, node: &Node, top: bool) {
        match &node.kind {
            Kind::Path(path) => {
                let outer = self.scope.len();
                for (place, step) in path.steps.iter().enumerate() {
                    match path.steps.get(place + 1).map(|next| &next.kind) {
                        Some(Kind::Name(member)) if place == 0 && self.is_states(&step.kind) => {
                            self.found.states.insert(member.to_string());
                            self.around(step);
                        }
                        _ => self.node(step, top && place == 0),
                    }
                    self.scope.extend(step.step.focus.iter().chain(&step.step.index));
                }
                self.scope.truncate(outer);
            }
            Kind::Name(name) => self.refuse(top, name),
            Kind::Wildcard => self.refuse(top, "*"),
            Kind::Descendant => self.refuse(top, "**"),
            Kind::Context => self.refuse(top, "$"),
            // The root is missing wherever it is asked for.
            Kind::Root => self.refuse(true, "$$"),
            Kind::Variable(symbol) | Kind::Global(symbol) => self.variable(*symbol),
            Kind::Negate(operand) => self.node(operand, top),
            Kind::Binary { left, right, .. } => {
                self.node(left, top);
                self.node(right, top);
            }
            Kind::Apply { left, right } => {
                self.node(left, top);
                self.procedure(right, top);
            }
            Kind::Array(items) => items.iter().for_each(|item| self.node(&item.node, top)),
            Kind::Object(group) => self.group(group, top),
            Kind::Block { parts, .. } => {
                let outer = self.scope.len();
                parts.iter().for_each(|part| self.bound_in(part));
                parts.iter().for_each(|part| self.node(part, top));
                self.scope.truncate(outer);
            }
            Kind::Bind { value, symbol } => {
                self.scope.push(*symbol);
                self.node(value, top);
            }
            Kind::Condition { condition, then, otherwise } => {
                self.node(condition, top);
                self.node(then, top);
                otherwise.iter().for_each(|node| self.node(node, top));
            }
            Kind::Call(call) => {
                self.procedure(&call.procedure, top);
                call.arguments.iter().for_each(|argument| self.node(argument, top));
            }
            Kind::Partial(partial) => {
                self.procedure(&partial.procedure, top);
                partial.arguments.iter().flatten().for_each(|argument| self.node(argument, top));
            }
            Kind::Lambda(lambda) => {
                let outer = self.scope.len();
                self.scope.extend(&lambda.parameters);
                self.bound_in(&lambda.body);
                self.node(&lambda.body, false);
                self.scope.truncate(outer);
            }
            Kind::Transform(transform) => {
                self.node(&transform.pattern, false);
                self.node(&transform.update, false);
                transform.delete.iter().for_each(|node| self.node(node, false));
            }
            Kind::Sort(terms) => terms.iter().for_each(|term| self.node(&term.expression, false)),
            Kind::Literal(_) | Kind::Number(_) | Kind::Parent(_) | Kind::Regex(_) => {}
        }
    }

    /// What is called.
    fn procedure(&mut self, node: &Node, top: bool) {
        if let Kind::Variable(symbol) | Kind::Global(symbol) = &node.kind
            && self.profile == Profile::StepFunctions
            && !self.scope.contains(symbol)
            && self.name(*symbol) == "eval"
        {
            self.found.calls_eval = true;
            return self.around(node);
        }
        self.node(node, top);
    }

    fn stages(&mut self, node: &Node) {
        for stage in &node.step.stages {
            match stage {
                Stage::Filter(predicate) => self.node(predicate, false),
                Stage::Index(symbol) => self.scope.push(*symbol),
            }
        }
    }

    fn group(&mut self, group: &Group, top: bool) {
        for pair in &group.pairs {
            self.node(&pair.key, top);
            self.node(&pair.value, top);
        }
    }

    /// Names that a part of a block binds are bound in the whole block.
    fn bound_in(&mut self, part: &Node) {
        if let Kind::Bind { symbol, value } = &part.kind {
            self.scope.push(*symbol);
            self.bound_in(value);
        }
    }

    fn is_states(&self, kind: &Kind) -> bool {
        match kind {
            Kind::Global(symbol) | Kind::Variable(symbol) => {
                !self.scope.contains(symbol) && self.name(*symbol) == "states"
            }
            _ => false,
        }
    }

    fn variable(&mut self, symbol: Symbol) {
        if self.scope.contains(&symbol) {
            return;
        }
        match self.name(symbol) {
            "states" => self.found.whole_states = true,
            name if functions::find(name, self.profile).is_some() => {}
            name => {
                let name = name.to_owned();
                self.found.variables.insert(name);
            }
        }
    }

    fn refuse(&mut self, top: bool, name: &str) {
        if top
            && self.profile == Profile::StepFunctions
            && self.found.refused.iter().all(|known| known != name)
        {
            self.found.refused.push(name.to_owned());
        }
    }
}
