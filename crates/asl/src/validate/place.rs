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
        Place { node, location: format!("/States/{name}"), state: 0 }.at_state()
    }

    /// The same place; locations inside a state count from here.
    pub(crate) fn at_state(mut self) -> Self {
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

    /// The deepest place on the way down `path` (`Output/a/b[0]` or `Output/a/b/0`); names may hold
    /// slashes and brackets.
    pub(crate) fn descend(&self, path: &str) -> Place<'d> {
        let mut place = self.clone();
        let mut rest = path;
        while let Some((step, node, after)) = next_on_the_way(place.node, rest) {
            place = place.step(node, &step);
            rest = after;
        }
        place
    }

    fn step(&self, node: &'d Node<'d>, step: &str) -> Place<'d> {
        Place { node, location: format!("{}{step}", self.location), state: self.state }
    }
}

/// The member or item that `path` begins with, the step to it, and what is left of the path.
fn next_on_the_way<'d, 'p>(
    node: &'d Node<'d>,
    path: &'p str,
) -> Option<(String, &'d Node<'d>, &'p str)> {
    let rest = path.strip_prefix('/').unwrap_or(path);
    if let Some(items) = node.as_array() {
        let digits = rest.strip_prefix('[').unwrap_or(rest);
        let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        let (index, after) = (digits[..end].parse::<usize>().ok()?, &digits[end..]);
        let after = after.strip_prefix(']').unwrap_or(after);
        return items.get(index).map(|item| (format!("[{index}]"), item, after));
    }
    let matching = node.as_object()?.iter().filter_map(|member| {
        let after = rest.strip_prefix(&*member.name)?;
        matches!(after.bytes().next(), None | Some(b'/' | b'[')).then_some((member, after))
    });
    let (member, after) = matching.min_by_key(|(_, after)| after.len())?;
    Some((format!("/{}", member.name), &member.value, after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::Definition;

    #[test]
    fn descends_as_far_as_the_path_leads() {
        let text = r#"{"a": {"b/c": [1, {"d": 2}], "b": 3}}"#;
        let definition = Definition::parse(text).unwrap();
        let check = |path: &str, location: &str| {
            let place = Place::root(&definition.root).descend(path);
            assert_eq!(place.location(), location);
        };
        check("/a/b/c[1]/d", "/a/b/c[1]/d");
        check("a/b/c/1/d", "/a/b/c[1]/d");
        check("/a/b", "/a/b");
        check("/a/x/y", "/a");
        check("", "/");
    }
}
