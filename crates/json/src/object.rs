use std::collections::HashMap;
use std::sync::Arc;

use crate::value::Value;

/// Members in the order of their first insertion; used to build object values.
#[derive(Clone, Debug, Default)]
pub struct Object {
    members: Vec<(Arc<str>, Value)>,
    /// Places by key, kept once there are too many members to look through.
    places: Option<HashMap<Arc<str>, usize>>,
}

/// Up to so many members are looked through one by one.
pub(crate) const LINEAR_MAX: usize = 16;

impl Object {
    pub fn new() -> Self {
        Object::default()
    }

    pub fn with_capacity(members: usize) -> Self {
        Object { members: Vec::with_capacity(members), places: None }
    }

    pub fn len(&self) -> usize {
        self.members.len()
    }

    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    pub fn get(&self, key: &str) -> Option<&Value> {
        self.place(key).map(|place| &self.members[place].1)
    }

    pub fn contains(&self, key: &str) -> bool {
        self.place(key).is_some()
    }

    /// Sets a member: in its old place if the key was there, else at the end. Returns the old value.
    pub fn insert(&mut self, key: impl Into<Arc<str>>, value: impl Into<Value>) -> Option<Value> {
        let (key, value) = (key.into(), value.into());
        if let Some(place) = self.place(&key) {
            return Some(std::mem::replace(&mut self.members[place].1, value));
        }
        if let Some(places) = &mut self.places {
            places.insert(key.clone(), self.members.len());
        }
        self.members.push((key, value));
        if self.places.is_none() && LINEAR_MAX < self.members.len() {
            self.places =
                Some(self.members.iter().enumerate().map(|(i, (k, _))| (k.clone(), i)).collect());
        }
        None
    }

    pub fn remove(&mut self, key: &str) -> Option<Value> {
        let place = self.place(key)?;
        self.places = None;
        let removed = self.members.remove(place).1;
        if LINEAR_MAX < self.members.len() {
            self.places =
                Some(self.members.iter().enumerate().map(|(i, (k, _))| (k.clone(), i)).collect());
        }
        Some(removed)
    }

    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Arc<str>, &Value)> + DoubleEndedIterator {
        self.members.iter().map(|(key, value)| (key, value))
    }

    fn place(&self, key: &str) -> Option<usize> {
        match &self.places {
            Some(places) => places.get(key).copied(),
            None => self.members.iter().position(|(k, _)| &**k == key),
        }
    }

    pub(crate) fn member(&self, place: usize) -> Option<(&Arc<str>, &Value)> {
        self.members.get(place).map(|(key, value)| (key, value))
    }
}

impl<K: Into<Arc<str>>, V: Into<Value>> FromIterator<(K, V)> for Object {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(members: I) -> Self {
        let mut object = Object::new();
        for (key, value) in members {
            object.insert(key, value);
        }
        object
    }
}
