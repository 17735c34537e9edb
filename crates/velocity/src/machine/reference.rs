//! References: reading, rendering, assigning.

use crate::error::Error;
use crate::methods;
use crate::program::{Reference, Step};
use crate::value::{Value, class_name};

use super::Machine;

impl Machine<'_> {
    /// Appends the text of the value, or the reference as it is written if it has none.
    pub(super) fn render(&mut self, reference: &Reference) -> Result<(), Error> {
        let value = self.reference(reference)?;
        let slashes = reference.escapes;
        if value == Value::Null {
            // A quiet reference without value is silent, but not one that is escaped.
            if !reference.quiet || slashes % 2 == 1 {
                self.out.push_str(&"\\".repeat(slashes));
                self.out.push_str(&reference.literal);
            } else {
                self.out.push_str(&"\\".repeat(slashes / 2));
            }
            return Ok(());
        }
        self.out.push_str(&"\\".repeat(slashes / 2));
        if slashes % 2 == 1 {
            self.out.push_str(&reference.literal);
            return Ok(());
        }
        self.heap.write_text(&value, &mut self.out).map_err(Self::unplaced)
    }

    /// The value; `null` where any part on the way has none.
    pub(super) fn reference(&mut self, reference: &Reference) -> Result<Value, Error> {
        let value = self.variables[reference.root as usize].clone();
        self.walk(value, &reference.steps)
    }

    fn walk(&mut self, mut value: Value, steps: &[Step]) -> Result<Value, Error> {
        for step in steps {
            if value == Value::Null {
                return Ok(value);
            }
            self.step()?;
            value = match step {
                Step::Property(name) => self.property(&value, name),
                Step::Method { name, arguments, offset } => {
                    let arguments = arguments.iter().map(|argument| self.expression(argument));
                    let arguments = arguments.collect::<Result<Vec<Value>, Error>>()?;
                    self.call(&value, name, &arguments, *offset)?
                }
                Step::Index { index, offset } => {
                    let index = self.expression(index)?;
                    self.index(&value, &index, *offset)?
                }
            };
        }
        Ok(value)
    }

    fn property(&mut self, value: &Value, name: &str) -> Value {
        match value {
            Value::Map(map) => self.heap.get(*map, name),
            Value::Host(object) => self.host.property(self.heap, *object, name),
            Value::Entry(map, key) => match name {
                "key" => Value::Text(key.clone()),
                "value" => self.heap.get(*map, key),
                _ => Value::Null,
            },
            Value::Loop(place) => self.loop_property(*place as usize, name),
            Value::Text(text) if name == "empty" => Value::Bool(text.is_empty()),
            Value::List(list) if name == "empty" => Value::Bool(self.heap.list_len(*list) == 0),
            _ => Value::Null,
        }
    }

    /// The members of `$foreach`.
    fn loop_property(&self, place: usize, name: &str) -> Value {
        let Some(current) = self.loops.get(place) else { return Value::Null };
        match name {
            "index" => Value::Int(current.index as i64),
            "count" => Value::Int(current.index as i64 + 1),
            "hasNext" => Value::Bool(current.has_next),
            "first" => Value::Bool(current.index == 0),
            "last" => Value::Bool(!current.has_next),
            "parent" if 0 < place => Value::Loop(place as u32 - 1),
            "topmost" => Value::Loop(0),
            _ => Value::Null,
        }
    }

    fn call(
        &mut self,
        value: &Value,
        name: &str,
        arguments: &[Value],
        offset: usize,
    ) -> Result<Value, Error> {
        let called = match value {
            Value::Host(object) => self.host.call(self.heap, *object, name, arguments),
            Value::Loop(place) if arguments.is_empty() => {
                // `$foreach.hasNext()`, and `$foreach.getIndex()` as beans have it.
                let bare = name.strip_prefix("get").unwrap_or(name);
                let mut bare = bare.to_owned();
                if let Some(first) = bare.get_mut(..1) {
                    first.make_ascii_lowercase();
                }
                Ok(Some(self.loop_property(*place as usize, &bare)))
            }
            value => methods::call(self.heap, value, name, arguments),
        };
        let result = called.map_err(|fault| {
            let class = class_name(value);
            self.placed(fault, offset, |exception| {
                format!(
                    "Invocation of method '{name}' in  class {class} threw exception {exception}"
                )
            })
        });
        Ok(result?.unwrap_or_default())
    }

    /// `[index]`: `get(index)`, where a negative one counts from the end of a list.
    fn index(&mut self, value: &Value, index: &Value, offset: usize) -> Result<Value, Error> {
        match (value, index) {
            (_, Value::Null) => Ok(Value::Null),
            (Value::List(list), Value::Int(place)) => {
                let length = self.heap.list_len(*list) as i64;
                let place = if *place < 0 { place + length } else { *place };
                if !(0..length).contains(&place) {
                    let fault = methods::out_of_bounds(place, length as usize);
                    return Err(self.placed(fault, offset, |_| {
                        "Error invoking method 'get(java.lang.Integer)' in java.util.ArrayList"
                            .to_owned()
                    }));
                }
                Ok(self.heap.item(*list, place as usize))
            }
            (Value::Map(map), key) => {
                let key = self.heap.key(key).map_err(Self::unplaced)?;
                Ok(self.heap.get(*map, &key))
            }
            (Value::Host(object), Value::Text(name)) => {
                Ok(self.host.property(self.heap, *object, name))
            }
            _ => Ok(Value::Null),
        }
    }

    /// `#set`: a variable, or a member of what the other parts lead to; nothing if they lead nowhere.
    pub(super) fn assign(&mut self, target: &Reference, value: Value) -> Result<(), Error> {
        let root = target.root as usize;
        let Some((last, way)) = target.steps.split_last() else {
            self.variables[root] = value;
            return Ok(());
        };
        let owner = self.walk(self.variables[root].clone(), way)?;
        match last {
            Step::Property(name) => match owner {
                Value::Map(map) => {
                    self.heap.put(map, name.clone(), value).map_err(Self::unplaced)?;
                }
                Value::Host(object) => {
                    self.host.assign(self.heap, object, name, value);
                }
                _ => {}
            },
            Step::Index { index, offset } => {
                let index = self.expression(index)?;
                self.assign_at(&owner, &index, value, *offset)?;
            }
            Step::Method { .. } => {}
        }
        Ok(())
    }

    fn assign_at(
        &mut self,
        owner: &Value,
        index: &Value,
        value: Value,
        offset: usize,
    ) -> Result<(), Error> {
        match (owner, index) {
            (Value::List(list), Value::Int(place)) => {
                let length = self.heap.list_len(*list);
                let place = if *place < 0 { place + length as i64 } else { *place };
                let items = self.heap.items_mut(*list);
                match usize::try_from(place).ok().and_then(|place| items.get_mut(place)) {
                    Some(item) => *item = value,
                    None => {
                        let fault = methods::out_of_bounds(place, length);
                        return Err(self.placed(fault, offset, |exception| {
                            format!(
                                "Invocation of method 'set' in  class java.util.ArrayList threw exception {exception}"
                            )
                        }));
                    }
                }
            }
            (Value::Map(map), key) if *key != Value::Null => {
                let key = self.heap.key(key).map_err(Self::unplaced)?;
                self.heap.put(*map, key, value).map_err(Self::unplaced)?;
            }
            _ => {}
        }
        Ok(())
    }
}
