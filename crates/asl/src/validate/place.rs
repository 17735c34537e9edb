use crate::definition::Node;

/// A value of the definition and where it stands, as AWS writes locations.
#[derive(Clone, Debug)]
pub(crate) struct Place<'d> {
    pub(crate) node: &'d Node<'d>,
    location: String,
    /// Length of the part of `location` that names the state it stands in, slash included.
    state: usize,
}

impl<'d> Place<'d> {
    pub(crate) fn root(node: &'d Node<'d>) -> Self {
        Place { node, location: String::new(), state: 0 }
    }

    /// A state that is tested by itself.
    pub(crate) fn lone_state(node: &'d Node<'d>, name: &str) -> Self {
        Place { node, location: format!("/States/{name}"), state: 0 }.as_state()
    }

    /// The same place; locations inside a state count from here.
    pub(crate) fn as_state(mut self) -> Self {
        self.state = self.location.len() + 1;
        self
    }

    pub(crate) fn location(&self) -> &str {
        if self.location.is_empty() { "/" } else { &self.location }
    }

    /// The location from the state on: `Choices[0]/Condition`.
    pub(crate) fn in_state(&self) -> &str {
        self.location.get(self.state..).unwrap_or_default()
    }

    pub(crate) fn field(&self, name: &str) -> Option<Place<'d>> {
        self.node.get(name).map(|node| self.step(node, &format!("/{name}")))
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.node.get(name).is_some()
    }

    pub(crate) fn fields(&self) -> impl Iterator<Item = (&'d str, Place<'d>)> {
        let members = self.node.as_object().unwrap_or_default();
        members
            .iter()
            .map(|member| (&*member.name, self.step(&member.value, &format!("/{}", member.name))))
    }

    pub(crate) fn items(&self) -> impl Iterator<Item = Place<'d>> {
        let items = self.node.as_array().unwrap_or_default();
        items.iter().enumerate().map(|(index, node)| self.step(node, &format!("[{index}]")))
    }

    /// The deepest place on the way down `path` (`Output/a/b[0]`); names may hold slashes and brackets.
    pub(crate) fn descend(&self, path: &str) -> Place<'d> {
        let rest = path.strip_prefix('/').unwrap_or(path);
        let steps = self.fields().map(|(name, place)| (name.to_owned(), place));
        let items = self.items().enumerate().map(|(index, place)| (format!("[{index}]"), place));
        steps
            .chain(items)
            .filter_map(|(step, place)| {
                let rest = rest.strip_prefix(step.as_str())?;
                matches!(rest.bytes().next(), None | Some(b'/' | b'[')).then(|| (step, place, rest))
            })
            .max_by_key(|(step, _, _)| step.len())
            .map_or_else(|| self.clone(), |(_, place, rest)| place.descend(rest))
    }

    fn step(&self, node: &'d Node<'d>, step: &str) -> Place<'d> {
        Place { node, location: format!("{}{step}", self.location), state: self.state }
    }
}
