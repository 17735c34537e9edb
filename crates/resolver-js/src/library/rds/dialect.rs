//! How names and values are written.

use json::{Kind, Object, Value};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    Postgres,
    MySql,
}

/// The values of the statements of one request, which number them together.
pub(super) struct Writer {
    pub(super) dialect: Dialect,
    pub(super) values: Object,
    pub(super) hints: Object,
}

impl Writer {
    pub(super) fn new(dialect: Dialect) -> Writer {
        Writer { dialect, values: Object::new(), hints: Object::new() }
    }

    /// The placeholder of a value.
    pub(super) fn value(&mut self, value: &Value) -> String {
        let placeholder = format!(":P{}", self.values.len());
        match hint(value) {
            Some((hint, value)) => {
                self.values.insert(&*placeholder, value);
                self.hints.insert(&*placeholder, hint);
            }
            None => drop(self.values.insert(&*placeholder, value.clone())),
        }
        placeholder
    }

    /// The placeholder of a value, or the word for none.
    pub(super) fn value_or_null(&mut self, value: &Value) -> String {
        if value.is_null() { "NULL".to_owned() } else { self.value(value) }
    }

    /// A quoted name; each part of a qualified one by itself.
    pub(super) fn name(&self, name: &str) -> String {
        let quote = match self.dialect {
            Dialect::Postgres => '"',
            Dialect::MySql => '`',
        };
        let doubled = format!("{quote}{quote}");
        let part = |part: &str| format!("{quote}{}{quote}", part.replace(quote, &doubled));
        name.split('.').map(part).collect::<Vec<String>>().join(".")
    }

    /// A tagged template with placeholders between its texts.
    pub(super) fn template(&mut self, template: &Value) -> String {
        let properties = template.get("properties").unwrap_or_default();
        let texts = properties.get("texts").unwrap_or_default();
        let values: Vec<Value> = properties.get("values").unwrap_or_default().items().collect();
        let mut written = String::new();
        for (place, text) in texts.items().enumerate() {
            written += text.as_str().unwrap_or_default();
            if let Some(value) = values.get(place) {
                written += &self.value(value);
            }
        }
        written
    }
}

/// The type and the value of what `typeHint` gave.
fn hint(value: &Value) -> Option<(String, Value)> {
    if value.kind() != Kind::Object || value.len() != 2 {
        return None;
    }
    let hint = value.get("type")?.as_str()?.to_owned();
    let is_known = super::TYPE_HINTS.iter().any(|(known, _)| *known == hint);
    Some((hint, value.get("value")?)).filter(|_| is_known)
}
