//! What templates work on. Lists and maps are shared and changed in place, as in Java, so they live in a
//! [`Heap`] and a [`Value`] names them; what came in as JSON stays JSON until somebody looks into it.

mod equality;
mod json_text;
mod text;

use std::sync::Arc;

use indexmap::IndexMap;

use crate::error::{Fault, TOO_DEEP, TOO_LARGE, TOO_MANY_STEPS};
use crate::host::HostObject;
use crate::limits::Limits;
use crate::regex;

pub(crate) use text::{class_name, double_text};

/// A value of a template.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    #[default]
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Arc<str>),
    List(ListId),
    Map(MapId),
    /// A member of a map, as `entrySet` gives it.
    Entry(MapId, Arc<str>),
    /// `$foreach`, by its nesting.
    Loop(u32),
    Host(HostObject),
}

/// A list in a [`Heap`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListId(u32);

/// A map in a [`Heap`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MapId(u32);

pub(crate) type Members = IndexMap<Arc<str>, Value>;

/// Where the lists and maps of one evaluation live. Nothing is freed before the whole is.
#[derive(Debug)]
pub struct Heap {
    lists: Vec<List>,
    maps: Vec<Map>,
    bytes_left: u64,
    matches: bool,
}

#[derive(Debug)]
enum List {
    /// As it was imported.
    Json(json::Value),
    /// What was imported, looked into and not changed.
    Read(Vec<Value>),
    /// What was changed, or made here.
    Made(Vec<Value>),
}

#[derive(Debug)]
enum Map {
    /// As it was imported.
    Json(json::Value),
    /// What was imported, looked into and not changed.
    Read(Members),
    /// What was changed, or made here.
    Made(Members),
}

/// Values nested deeper can't be written or compared; JSON texts can't be nested deeper either.
const DEPTH_MAX: u32 = 500;

/// So many bytes that are looked through count as one that is made.
const READ_BYTES: usize = 16;

/// What an item or a member counts, besides texts.
const ITEM_BYTES: usize = 32;

impl Heap {
    /// A heap in which as much may be made as the limits allow.
    pub fn new(limits: &Limits) -> Self {
        let Limits { bytes, matches, .. } = *limits;
        Heap { lists: Vec::new(), maps: Vec::new(), bytes_left: bytes, matches }
    }

    /// Whether that regular expression may be matched.
    ///
    /// # Errors
    /// The limits don't allow it.
    pub fn check_matching(&self, pattern: &str) -> Result<(), Fault> {
        match self.matches || regex::is_literal(pattern) {
            true => Ok(()),
            false => Err(Fault::Limit(TOO_MANY_STEPS)),
        }
    }

    /// Counts bytes that are made.
    pub(crate) fn charge(&mut self, bytes: usize) -> Result<(), Fault> {
        let left = self.bytes_left.checked_sub(bytes as u64);
        self.bytes_left = left.ok_or(Fault::Limit(TOO_LARGE))?;
        Ok(())
    }

    /// Counts bytes that are looked through; that takes far less than making them.
    pub(crate) fn charge_reading(&mut self, bytes: usize) -> Result<(), Fault> {
        self.charge(bytes / READ_BYTES)
    }

    /// A text that was made here.
    pub(crate) fn made(&mut self, text: impl Into<Arc<str>>) -> Result<Value, Fault> {
        let text = text.into();
        self.charge(text.len() + ITEM_BYTES)?;
        Ok(Value::Text(text))
    }

    pub fn list(&mut self, items: Vec<Value>) -> Value {
        self.lists.push(List::Made(items));
        Value::List(ListId(self.lists.len() as u32 - 1))
    }

    pub fn map<K: Into<Arc<str>>>(
        &mut self,
        members: impl IntoIterator<Item = (K, Value)>,
    ) -> Value {
        let members = members.into_iter().map(|(key, value)| (key.into(), value)).collect();
        self.maps.push(Map::Made(members));
        Value::Map(MapId(self.maps.len() as u32 - 1))
    }

    /// A value of this heap for one of JSON; containers aren't looked into.
    pub fn import(&mut self, value: &json::Value) -> Value {
        match value.kind() {
            json::Kind::Null => Value::Null,
            json::Kind::Bool => Value::Bool(value.as_bool() == Some(true)),
            json::Kind::Number => match (value.as_i64(), value.as_f64()) {
                (Some(int), _) => Value::Int(int),
                (None, float) => Value::Float(float.unwrap_or_default()),
            },
            json::Kind::String => Value::Text(value.as_str().unwrap_or_default().into()),
            json::Kind::Array => {
                self.lists.push(List::Json(value.clone()));
                Value::List(ListId(self.lists.len() as u32 - 1))
            }
            json::Kind::Object => {
                self.maps.push(Map::Json(value.clone()));
                Value::Map(MapId(self.maps.len() as u32 - 1))
            }
        }
    }

    /// The list or map as it was imported, if nothing has looked into it.
    pub fn unopened(&self, value: &Value) -> Option<&json::Value> {
        match value {
            Value::List(list) => match &self.lists[list.0 as usize] {
                List::Json(json) => Some(json),
                List::Read(_) | List::Made(_) => None,
            },
            Value::Map(map) => match &self.maps[map.0 as usize] {
                Map::Json(json) => Some(json),
                Map::Read(_) | Map::Made(_) => None,
            },
            _ => None,
        }
    }

    /// Whether a list or map is, or holds, anything else than what was imported.
    pub fn is_changed(&self, value: &Value) -> bool {
        match value {
            Value::List(list) => match &self.lists[list.0 as usize] {
                List::Json(_) => false,
                List::Read(items) => items.iter().any(|item| self.is_changed(item)),
                List::Made(_) => true,
            },
            Value::Map(map) => match &self.maps[map.0 as usize] {
                Map::Json(_) => false,
                Map::Read(members) => members.values().any(|member| self.is_changed(member)),
                Map::Made(_) => true,
            },
            _ => false,
        }
    }

    /// The value as JSON; what JSON doesn't have is `null`.
    ///
    /// # Errors
    /// The value is nested too deeply (it may hold itself) or too large.
    pub fn export(&mut self, value: &Value) -> Result<json::Value, Fault> {
        self.export_within(value, DEPTH_MAX)
    }

    fn export_within(&mut self, value: &Value, levels: u32) -> Result<json::Value, Fault> {
        let within = || levels.checked_sub(1).ok_or(Fault::Limit(TOO_DEEP));
        self.charge(ITEM_BYTES)?;
        Ok(match value {
            Value::Null | Value::Loop(_) | Value::Host(_) => json::Value::NULL,
            Value::Bool(bool) => (*bool).into(),
            Value::Int(int) => (*int).into(),
            // A text that Java's doubles have (`2.0`) is a number of JSON; infinities aren't.
            Value::Float(float) => json::Value::parse(&double_text(*float)).unwrap_or_default(),
            Value::Text(text) => {
                self.charge_reading(text.len())?;
                text.clone().into()
            }
            Value::Entry(map, key) => {
                let member = self.get(*map, key);
                let member = self.export_within(&member, within()?)?;
                json::Value::object([(key.clone(), member)])
            }
            Value::List(list) => {
                if let List::Json(json) = &self.lists[list.0 as usize] {
                    let json = json.clone();
                    return self.exported(json);
                }
                let within = within()?;
                let mut items = Vec::with_capacity(self.list_len(*list));
                for place in 0..self.list_len(*list) {
                    let item = self.item(*list, place);
                    items.push(self.export_within(&item, within)?);
                }
                items.into()
            }
            Value::Map(map) => {
                if let Map::Json(json) = &self.maps[map.0 as usize] {
                    let json = json.clone();
                    return self.exported(json);
                }
                let within = within()?;
                let mut object = json::Object::with_capacity(self.map_len(*map));
                for place in 0..self.map_len(*map) {
                    let Some((key, member)) = self.member_at(*map, place) else { break };
                    object.insert(key, self.export_within(&member, within)?);
                }
                object.into()
            }
        })
    }

    /// JSON that nobody has looked into. Who gets it may read all of it.
    fn exported(&mut self, json: json::Value) -> Result<json::Value, Fault> {
        let most =
            usize::try_from(self.bytes_left).unwrap_or(usize::MAX).saturating_mul(READ_BYTES);
        let bytes = json.text_len_within(most).ok_or(Fault::Limit(TOO_LARGE))?;
        self.charge_reading(bytes)?;
        Ok(json)
    }

    pub(crate) fn list_len(&self, list: ListId) -> usize {
        match &self.lists[list.0 as usize] {
            List::Json(json) => json.len(),
            List::Read(items) | List::Made(items) => items.len(),
        }
    }

    pub(crate) fn map_len(&self, map: MapId) -> usize {
        match &self.maps[map.0 as usize] {
            Map::Json(json) => json.len(),
            Map::Read(members) | Map::Made(members) => members.len(),
        }
    }

    /// How many members a list or map has; `None` for other values.
    pub fn len(&self, value: &Value) -> Option<usize> {
        match value {
            Value::List(list) => Some(self.list_len(*list)),
            Value::Map(map) => Some(self.map_len(*map)),
            _ => None,
        }
    }

    pub(crate) fn items(&mut self, list: ListId) -> &[Value] {
        let place = list.0 as usize;
        if let List::Json(json) = &self.lists[place] {
            let json = json.clone();
            let items = json.items().map(|item| self.import(&item)).collect();
            self.lists[place] = List::Read(items);
        }
        match &self.lists[place] {
            List::Read(items) | List::Made(items) => items,
            List::Json(_) => unreachable!("the list was looked into above"),
        }
    }

    /// The items, to change.
    pub(crate) fn items_mut(&mut self, list: ListId) -> &mut Vec<Value> {
        self.items(list);
        let list = &mut self.lists[list.0 as usize];
        if let List::Read(items) = list {
            *list = List::Made(std::mem::take(items));
        }
        match list {
            List::Made(items) => items,
            List::Json(_) | List::Read(_) => unreachable!("the list was made to be changed above"),
        }
    }

    pub(crate) fn members(&mut self, map: MapId) -> &Members {
        let place = map.0 as usize;
        if let Map::Json(json) = &self.maps[place] {
            let json = json.clone();
            let members =
                json.entries().map(|(key, member)| (key.into(), self.import(&member))).collect();
            self.maps[place] = Map::Read(members);
        }
        match &self.maps[place] {
            Map::Read(members) | Map::Made(members) => members,
            Map::Json(_) => unreachable!("the map was looked into above"),
        }
    }

    /// The members, to change.
    pub(crate) fn members_mut(&mut self, map: MapId) -> &mut Members {
        self.members(map);
        let map = &mut self.maps[map.0 as usize];
        if let Map::Read(members) = map {
            *map = Map::Made(std::mem::take(members));
        }
        match map {
            Map::Made(members) => members,
            Map::Json(_) | Map::Read(_) => unreachable!("the map was made to be changed above"),
        }
    }

    /// The item at a place that the list has.
    pub(crate) fn item(&mut self, list: ListId, place: usize) -> Value {
        self.items(list).get(place).cloned().unwrap_or_default()
    }

    /// The member of that key, `null` if there is none.
    pub(crate) fn get(&mut self, map: MapId, key: &str) -> Value {
        if let Map::Json(json) = &self.maps[map.0 as usize] {
            // A small scalar is copied: nobody can tell it from the original. A container would be told
            // apart when it changes, and a long text shouldn't be copied at every look.
            match json.get(key) {
                None => return Value::Null,
                Some(member) if is_small_scalar(&member) => return self.import(&member),
                Some(_) => {}
            }
        }
        self.members(map).get(key).cloned().unwrap_or_default()
    }

    pub(crate) fn contains_key(&self, map: MapId, key: &str) -> bool {
        match &self.maps[map.0 as usize] {
            Map::Json(json) => json.get(key).is_some(),
            Map::Read(members) | Map::Made(members) => members.contains_key(key),
        }
    }

    pub(crate) fn member_at(&mut self, map: MapId, place: usize) -> Option<(Arc<str>, Value)> {
        self.members(map).get_index(place).map(|(key, value)| (key.clone(), value.clone()))
    }

    pub(crate) fn keys(&mut self, map: MapId) -> Vec<Arc<str>> {
        self.members(map).keys().cloned().collect()
    }

    /// Sets a member; the one before, or `null`.
    pub(crate) fn put(&mut self, map: MapId, key: Arc<str>, value: Value) -> Result<Value, Fault> {
        self.charge(ITEM_BYTES + key.len())?;
        Ok(self.members_mut(map).insert(key, value).unwrap_or_default())
    }

    /// The member of a map by key; `null` if the value isn't a map.
    pub fn member(&mut self, value: &Value, key: &str) -> Value {
        match value {
            Value::Map(map) => self.get(*map, key),
            _ => Value::Null,
        }
    }

    /// Sets a member, if the value is a map.
    pub fn set_member(&mut self, value: &Value, key: &str, member: Value) -> bool {
        if let Value::Map(map) = value {
            self.members_mut(*map).insert(key.into(), member);
        }
        matches!(value, Value::Map(_))
    }

    /// The key of a map that a value stands for: its text.
    pub(crate) fn key(&mut self, value: &Value) -> Result<Arc<str>, Fault> {
        match value {
            Value::Text(text) => Ok(text.clone()),
            other => Ok(self.text(other)?.into()),
        }
    }
}

/// Texts up to this length are copied rather than shared.
const SMALL_TEXT: usize = 64;

fn is_small_scalar(value: &json::Value) -> bool {
    match value.kind() {
        json::Kind::Array | json::Kind::Object => false,
        json::Kind::String => value.as_str().is_some_and(|text| text.len() <= SMALL_TEXT),
        json::Kind::Null | json::Kind::Bool | json::Kind::Number => true,
    }
}
