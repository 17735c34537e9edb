use crate::error::Fault;
use crate::value::{Heap, Value};

/// An object of the host; what the number means is the host's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HostObject(pub u32);

/// What surrounds a template: the variables it finds, and the objects behind them.
pub trait Host {
    /// The variable of that name before the template sets it; asked once for each name in the template.
    fn variable(&mut self, heap: &mut Heap, name: &str) -> Value;

    /// `$object.name`; `null` if there is no such member.
    fn property(&mut self, heap: &mut Heap, object: HostObject, name: &str) -> Value;

    /// `#set($object.name = value)`; whether there is such a member to set.
    fn assign(&mut self, heap: &mut Heap, object: HostObject, name: &str, value: Value) -> bool;

    /// `$object.method(arguments)`; `None` if there is no such method.
    ///
    /// # Errors
    /// The method throws, or ends the evaluation.
    fn call(
        &mut self,
        heap: &mut Heap,
        object: HostObject,
        method: &str,
        arguments: &[Value],
    ) -> Result<Option<Value>, Fault>;
}
