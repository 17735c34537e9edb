//! The objects that a template finds: `$context`, `$util` with its namespaces, `$extensions`.

use std::sync::Arc;

use base::{Entropy, Timestamp};
use json::Value as Json;
use velocity::{Fault, Heap, Host, HostObject, Value};

use crate::call::{Args, Call};
use crate::context::{Changes, Context};
use crate::functions::{self, Function, NAMESPACES};
use crate::outcome::{Effects, Failure};

const CONTEXT: HostObject = HostObject(0);
/// `$util` and its namespaces, by their place in [`NAMESPACES`].
const FIRST_NAMESPACE: u32 = 1;

/// Functions that return nothing: a call renders nothing, where one that returns `null` would show itself.
const VOID: [&str; 12] = [
    "addResponseHeader",
    "addResponseHeaders",
    "appendError",
    "debug",
    "error",
    "evictFromApiCache",
    "info",
    "invalidateSubscriptions",
    "setSubscriptionFilter",
    "setSubscriptionInvalidationFilter",
    "unauthorized",
    "validate",
];

pub(super) struct Surroundings<'a> {
    context: &'a Context,
    now: Timestamp,
    entropy: &'a mut Entropy,
    effects: Effects,
    failure: Option<Failure>,
    /// The members of the context that were looked into or set.
    members: Vec<Member>,
    /// The last text that `toJson` made of a value as it came, and that value.
    told: Option<(Arc<str>, Json)>,
}

/// A member of the context in the heap.
struct Member {
    name: &'static str,
    value: Value,
    /// Whether the template has put it there.
    is_set: bool,
}

impl<'a> Surroundings<'a> {
    pub(super) fn new(context: &'a Context, now: Timestamp, entropy: &'a mut Entropy) -> Self {
        let effects = Effects::default();
        let members = Vec::new();
        Surroundings { context, now, entropy, effects, failure: None, members, told: None }
    }

    pub(super) fn take_failure(&mut self) -> Failure {
        self.failure.take().unwrap_or_default()
    }

    /// What the text tells, if it is all that `toJson` has made of a value: most response templates are no more.
    pub(super) fn told_by(&mut self, text: &str) -> Option<Json> {
        let (told, value) = self.told.take()?;
        (*told == *text.trim_ascii()).then_some(value)
    }

    pub(super) fn into_effects(self) -> Effects {
        self.effects
    }

    /// What the template has changed of the context. `$ctx` is one object for all templates of a resolver: those of Amplify
    /// put the owner into `$ctx.args.input` for the next function to store.
    pub(super) fn changes(&mut self, heap: &mut Heap) -> Result<Changes, Fault> {
        let changed = self.members.iter().filter(|it| it.is_set || heap.is_changed(&it.value));
        let changed: Vec<&Member> = changed.collect();
        changed.into_iter().map(|it| Ok((it.name, heap.export(&it.value)?))).collect()
    }

    fn known(&mut self, name: &str) -> Option<&mut Member> {
        self.members.iter_mut().find(|member| member.name == name)
    }

    fn member(&mut self, heap: &mut Heap, name: &str) -> Value {
        let name = if name == "args" { "arguments" } else { name };
        if let Some(member) = self.known(name) {
            return member.value.clone();
        }
        let Some((name, member)) =
            self.context.members().into_iter().find(|(known, _)| *known == name)
        else {
            return Value::Null;
        };
        let value = heap.import(member);
        self.members.push(Member { name, value: value.clone(), is_set: false });
        value
    }

    fn set_member(&mut self, heap: &mut Heap, name: &str, value: Value) -> bool {
        let name = if name == "args" { "arguments" } else { name };
        self.member(heap, name);
        let Some(member) = self.known(name) else { return false };
        (member.value, member.is_set) = (value, true);
        true
    }

    /// The context as a map of its own: what `toJson` and functions see of it.
    fn whole(&mut self, heap: &mut Heap, value: &Value) -> Value {
        if *value != Value::Host(CONTEXT) {
            return value.clone();
        }
        let names = self.context.members().map(|(name, _)| name);
        let members = names.map(|name| (name, self.member(heap, name)));
        heap.map(members.into_iter().filter(|(_, value)| *value != Value::Null))
    }

    fn context_method(
        &mut self,
        heap: &mut Heap,
        method: &str,
        arguments: &[Value],
    ) -> Option<Value> {
        match (method, arguments) {
            ("get", [Value::Text(name)]) => Some(self.member(heap, name)),
            ("put", [Value::Text(name), value]) => {
                let before = self.member(heap, name);
                self.set_member(heap, name, value.clone());
                Some(before)
            }
            ("containsKey", [Value::Text(name)]) => {
                Some(Value::Bool(self.member(heap, name) != Value::Null))
            }
            _ => None,
        }
    }

    fn called(
        &mut self,
        heap: &mut Heap,
        namespace: usize,
        method: &str,
        arguments: &[Value],
    ) -> Result<Option<Value>, Fault> {
        let (name, table) = NAMESPACES[namespace];
        if name.is_empty()
            && let Some(value) = self.core(heap, method, arguments)?
        {
            return Ok(Some(value));
        }
        if let ("matches", [Value::Text(pattern), ..]) = (method, arguments) {
            heap.check_matching(pattern)?;
        }
        if let Some(function) = functions::in_table(table, method) {
            let result = self.run(heap, function, arguments)?;
            let is_void = result.is_null() && VOID.contains(&method);
            return Ok(Some(if is_void { nothing() } else { heap.import(&result) }));
        }
        // VTL has the functions of `$util.dynamodb` twice: these give JSON text.
        let twin = method.strip_suffix("Json").filter(|_| name == "dynamodb");
        let Some(function) = twin.and_then(|twin| functions::in_table(table, twin)) else {
            return Ok(None);
        };
        let result = self.run(heap, function, arguments)?;
        Ok(Some(Value::Text(result.to_string().into())))
    }

    fn run(
        &mut self,
        heap: &mut Heap,
        function: Function,
        arguments: &[Value],
    ) -> Result<Json, Fault> {
        let mut exported = Vec::with_capacity(arguments.len());
        for argument in arguments {
            let argument = self.whole(heap, argument);
            exported.push(heap.export(&argument)?);
        }
        let mut call = Call {
            context: self.context,
            now: self.now,
            entropy: self.entropy,
            effects: &mut self.effects,
        };
        function(&mut call, Args(&exported)).map_err(|failure| {
            self.failure = Some(failure);
            Fault::Raised
        })
    }

    /// Functions of `$util` that are VTL's own, or that give back what they were given: the same list or
    /// map, not a copy.
    fn core(
        &mut self,
        heap: &mut Heap,
        method: &str,
        arguments: &[Value],
    ) -> Result<Option<Value>, Fault> {
        let first = arguments.first().cloned().unwrap_or_default();
        let second = || arguments.get(1).cloned().unwrap_or_default();
        Ok(Some(match method {
            "qr" | "quiet" => nothing(),
            "toJson" => {
                let value = self.whole(heap, &first);
                let mut text = String::new();
                heap.write_json(&value, &mut text)?;
                let text: Arc<str> = text.into();
                if let Some(value) = heap.unopened(&value) {
                    self.told = Some((text.clone(), value.clone()));
                }
                Value::Text(text)
            }
            "isNull" => Value::Bool(first == Value::Null),
            "isNullOrEmpty" => Value::Bool(is_null_or_empty(heap, &first)),
            "isNullOrBlank" => Value::Bool(is_null_or_blank(&first)),
            "defaultIfNull" if first != Value::Null => first,
            "defaultIfNullOrEmpty" if !is_null_or_empty(heap, &first) => first,
            "defaultIfNullOrBlank" if !is_null_or_blank(&first) => first,
            "defaultIfNull" | "defaultIfNullOrEmpty" | "defaultIfNullOrBlank" => second(),
            "isString" | "isNumber" | "isBoolean" | "isList" | "isMap" => {
                Value::Bool(method.strip_prefix("is") == Some(type_name(&first)))
            }
            "typeOf" => Value::Text(type_name(&first).into()),
            _ => return Ok(None),
        }))
    }
}

fn nothing() -> Value {
    Value::Text("".into())
}

fn is_null_or_empty(heap: &Heap, value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Text(text) => text.is_empty(),
        value => heap.len(value) == Some(0),
    }
}

fn is_null_or_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Text(text) => text.trim().is_empty(),
        _ => false,
    }
}

/// What `typeOf` answers.
fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "Null",
        Value::Bool(_) => "Boolean",
        Value::Int(_) | Value::Float(_) => "Number",
        Value::Text(_) => "String",
        Value::List(_) => "List",
        Value::Map(_) => "Map",
        Value::Entry(..) | Value::Loop(_) | Value::Host(_) => "Object",
    }
}

fn namespace(name: &str) -> Value {
    let place = NAMESPACES.iter().position(|(known, _)| *known == name);
    place.map_or(Value::Null, |place| Value::Host(HostObject(FIRST_NAMESPACE + place as u32)))
}

impl Host for Surroundings<'_> {
    fn variable(&mut self, _: &mut Heap, name: &str) -> Value {
        match name {
            "context" | "ctx" => Value::Host(CONTEXT),
            "util" | "utils" => namespace(""),
            "extensions" => namespace("extensions"),
            _ => Value::Null,
        }
    }

    fn property(&mut self, heap: &mut Heap, object: HostObject, name: &str) -> Value {
        if object == CONTEXT {
            return self.member(heap, name);
        }
        let is_util = Value::Host(object) == namespace("") && name != "extensions";
        if is_util { namespace(name) } else { Value::Null }
    }

    fn assign(&mut self, heap: &mut Heap, object: HostObject, name: &str, value: Value) -> bool {
        object == CONTEXT && self.set_member(heap, name, value)
    }

    fn call(
        &mut self,
        heap: &mut Heap,
        object: HostObject,
        method: &str,
        arguments: &[Value],
    ) -> Result<Option<Value>, Fault> {
        match object.0.checked_sub(FIRST_NAMESPACE) {
            None => Ok(self.context_method(heap, method, arguments)),
            Some(namespace) => self.called(heap, namespace as usize, method, arguments),
        }
    }
}
