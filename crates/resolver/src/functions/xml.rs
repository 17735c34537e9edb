//! `util.xml`.

use json::{Object, Value};
use quick_xml::Reader;
use quick_xml::events::Event;

use super::Table;
use crate::call::Args;
use crate::outcome::Failure;

pub const TABLE: Table = &[
    ("toMap", |_, args| to_map(args.string(0, "toMap")?)),
    ("toJsonString", |_, args| to_json_string(args)),
];

/// Elements nested deeper are refused.
const DEPTH_MAX: usize = 256;

/// `(xml[, stringEncode])`: numbers and booleans are told apart from text unless `stringEncode` is true.
fn to_json_string(args: Args<'_>) -> Result<Value, Failure> {
    let map = to_map(args.string(0, "toJsonString")?)?;
    let stays_text = args.value(1).as_bool() == Some(true);
    Ok(if stays_text { map } else { typed(&map) }.to_string().into())
}

fn typed(value: &Value) -> Value {
    match value.as_str() {
        Some("true") => true.into(),
        Some("false") => false.into(),
        Some(text) => {
            let number = Value::parse(text).ok().filter(|read| read.kind() == json::Kind::Number);
            number.unwrap_or_else(|| value.clone())
        }
        None if value.kind() == json::Kind::Array => {
            Value::array(value.items().map(|item| typed(&item)))
        }
        None => {
            value.entries().map(|(name, member)| (name, typed(&member))).collect::<Object>().into()
        }
    }
}

/// An element that is being read.
#[derive(Default)]
struct Element {
    name: String,
    members: Object,
    text: String,
}

impl Element {
    /// Text alone is a string; beside attributes or elements it is the member `content`.
    fn into_value(self) -> Value {
        let text = self.text.trim();
        if self.members.is_empty() {
            return text.into();
        }
        let mut members = self.members;
        if !text.is_empty() {
            members.insert("content", text);
        }
        members.into()
    }

    /// Elements of one name become a list.
    fn add(&mut self, name: String, value: Value) {
        let together = match self.members.get(&name) {
            None => value,
            Some(list) if list.kind() == json::Kind::Array => {
                Value::array(list.items().chain([value]))
            }
            Some(first) => Value::array([first.clone(), value]),
        };
        self.members.insert(name, together);
    }
}

fn to_map(xml: &str) -> Result<Value, Failure> {
    let fault = |error: String| Failure::fault(format!("Unable to parse the XML: {error}"));
    let mut reader = Reader::from_str(xml);
    reader.config_mut().expand_empty_elements = true;
    let mut open = vec![Element::default()];
    loop {
        let event = reader.read_event().map_err(|error| fault(error.to_string()))?;
        let top = open.last_mut().ok_or_else(|| fault("an end without its start".into()))?;
        match event {
            Event::Start(start) => {
                let mut element = Element {
                    name: String::from_utf8_lossy(start.name().as_ref()).into_owned(),
                    ..Element::default()
                };
                for attribute in start.attributes() {
                    let attribute = attribute.map_err(|error| fault(error.to_string()))?;
                    let value =
                        attribute.unescape_value().map_err(|error| fault(error.to_string()))?;
                    let name = String::from_utf8_lossy(attribute.key.as_ref()).into_owned();
                    element.members.insert(name, value.as_ref());
                }
                if DEPTH_MAX < open.len() {
                    return Err(fault("nested too deeply".into()));
                }
                open.push(element);
            }
            Event::End(_) => {
                let Some(ended) = open.pop() else { continue };
                let name = ended.name.clone();
                let parent =
                    open.last_mut().ok_or_else(|| fault("an end without its start".into()))?;
                parent.add(name, ended.into_value());
            }
            Event::Text(text) => {
                top.text += &text.decode().map_err(|error| fault(error.to_string()))?;
            }
            Event::CData(data) => {
                top.text += &data.decode().map_err(|error| fault(error.to_string()))?;
            }
            Event::GeneralRef(reference) => {
                let name = reference.decode().map_err(|error| fault(error.to_string()))?;
                let char = reference.resolve_char_ref().ok().flatten();
                match (char, quick_xml::escape::resolve_predefined_entity(&name)) {
                    (Some(char), _) => top.text.push(char),
                    (None, Some(text)) => top.text += text,
                    (None, None) => return Err(fault(format!("unknown entity {name}"))),
                }
            }
            Event::Eof if open.len() == 1 => break,
            Event::Eof => return Err(fault("the document ends inside an element".into())),
            Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::DocType(_)
            | Event::Empty(_) => {}
        }
    }
    Ok(open.pop().map_or_else(Value::empty_object, |root| root.members.into()))
}
