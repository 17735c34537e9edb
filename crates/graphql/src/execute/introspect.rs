//! Writes what clients ask about the schema itself.

use json::write_string;

use super::writer::Writer;
use crate::introspection::{Node, Shown};
use crate::plan::{PlanField, Way};
use crate::resolve::Resolve;

impl<'p, R: Resolve> Writer<'_, 'p, R> {
    /// `__schema` or `__type`: the root of a walk that needs no values.
    pub(super) fn introspect(&mut self, field: &'p PlanField<'p>) {
        let schema = self.env.schema;
        let shown = match &*field.of.name {
            "__schema" => Shown::Node(Node::Schema),
            _ => {
                let name = field.arguments.get("name");
                let id = name.and_then(|name| schema.id(name.as_str()?));
                id.map_or(Shown::Null, |id| Shown::Node(Node::named(id)))
            }
        };
        self.shown(field, shown);
    }

    fn shown(&mut self, field: &'p PlanField<'p>, shown: Shown<'p>) {
        match shown {
            Shown::Null => self.text.push_str("null"),
            Shown::Bool(value) => self.text.push_str(if value { "true" } else { "false" }),
            Shown::Text(text) => write_string(&text, &mut self.text),
            Shown::Node(node) => self.node(field, node),
            Shown::Texts(texts) => {
                self.text.push('[');
                for (i, text) in texts.iter().enumerate() {
                    self.text.push_str(if i == 0 { "" } else { "," });
                    write_string(text, &mut self.text);
                }
                self.text.push(']');
            }
            Shown::Nodes(nodes) => {
                self.text.push('[');
                for (i, node) in nodes.into_iter().enumerate() {
                    if self.is_full() {
                        break;
                    }
                    self.text.push_str(if i == 0 { "" } else { "," });
                    self.node(field, node);
                }
                self.text.push(']');
            }
        }
    }

    fn node(&mut self, field: &'p PlanField<'p>, node: Node<'p>) {
        let object = field.of.shape.named();
        self.text.push('{');
        for (i, child) in field.children(self.env, self.resolve, object).iter().enumerate() {
            if self.is_full() {
                break;
            }
            self.text.push_str(if i == 0 { "" } else { "," });
            self.key(child.key);
            if let Way::Typename = child.way {
                write_string(self.env.schema.of(object).name(), &mut self.text);
            } else {
                let shown = node.field(self.env.schema, &child.of.name, &child.arguments);
                self.shown(child, shown);
            }
        }
        self.text.push('}');
    }
}
