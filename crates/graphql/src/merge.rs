//! Schemas of several APIs made into one: what a merged API has.
//!
//! Types of one name are joined field by field. `@canonical` lets one definition win, `@hidden` leaves one out,
//! `@renamed(to:)` gives it another name; none of them is in the result.
//! <https://docs.aws.amazon.com/appsync/latest/devguide/merged-api.html>

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::ast::{
    Directive, FieldDefinition, InputDefinition, Literal, Name, OperationKind, TypeDefinition,
    TypeRef,
};
use crate::definitions::{Definitions, Problem};
use crate::print;

/// Several schemas as one.
#[derive(Clone, Debug)]
pub struct Merged {
    /// The types of all.
    pub definitions: Definitions,
    /// For each source: its fields, and where they stand now.
    places: Vec<BTreeMap<(Name, Name), (Name, Name)>>,
}

impl Merged {
    /// Where a source's field stands: its type and its name now. `None` if it was hidden, or gave way to the
    /// canonical one of another source.
    pub fn place(&self, source: usize, type_name: &str, field: &str) -> Option<(&str, &str)> {
        let key = (type_name.into(), field.into());
        self.places.get(source)?.get(&key).map(|(type_name, field)| (&**type_name, &**field))
    }
}

impl Definitions {
    /// Makes one schema of several; of equal definitions the earlier source's stays.
    ///
    /// # Errors
    /// Every conflict that no directive resolves.
    pub fn merge(sources: &[&Definitions]) -> Result<Merged, Vec<Problem>> {
        let parts: Vec<Part> = sources.iter().map(|source| Part::of(source)).collect();
        let mut merge = Merge { problems: Vec::new(), types: Vec::new(), parts: &parts };
        let mut places = Vec::new();
        for source in 0..parts.len() {
            places.push(merge.add(source));
        }
        if !merge.problems.is_empty() {
            return Err(merge.problems);
        }
        let definitions = Definitions { types: merge.types, ..Definitions::default() };
        Ok(Merged { definitions, places })
    }
}

/// A source with its new names.
struct Part {
    types: Vec<PartType>,
}

struct PartType {
    was: Name,
    is_canonical: bool,
    definition: TypeDefinition,
    /// What the remaining fields were called, and whether each is canonical.
    fields: Vec<(Name, bool)>,
}

impl Part {
    fn of(source: &Definitions) -> Part {
        let mut names: HashMap<Name, Name> = HashMap::new();
        // Merged APIs have one root of each kind, whatever the sources call theirs.
        for (kind, name, _) in source.schema.iter().flat_map(|schema| &schema.operations) {
            let usual = match kind {
                OperationKind::Query => "Query",
                OperationKind::Mutation => "Mutation",
                OperationKind::Subscription => "Subscription",
            };
            names.insert(name.clone(), usual.into());
        }
        for definition in &source.types {
            if let Some(to) = renamed(&definition.directives) {
                names.insert(definition.name.clone(), to);
            }
        }
        let mutations: HashMap<Name, Name> = source
            .types
            .iter()
            .filter(|found| names.get(&found.name).unwrap_or(&found.name).as_ref() == "Mutation")
            .flat_map(|found| &found.fields)
            .filter_map(|field| Some((field.name.clone(), renamed(&field.directives)?)))
            .collect();
        let shown = source.types.iter().filter(|found| !has(&found.directives, "hidden"));
        Part { types: shown.map(|found| PartType::of(found, &names, &mutations)).collect() }
    }

    fn get(&self, name: &str) -> Option<&PartType> {
        self.types.iter().find(|found| &*found.definition.name == name)
    }
}

impl PartType {
    fn of(
        definition: &TypeDefinition,
        names: &HashMap<Name, Name>,
        mutations: &HashMap<Name, Name>,
    ) -> PartType {
        let mut new = definition.clone();
        let rename = |name: &mut Name| {
            if let Some(to) = names.get(name) {
                *name = to.clone();
            }
        };
        rename(&mut new.name);
        new.interfaces.iter_mut().for_each(|(name, _)| rename(name));
        new.members.iter_mut().for_each(|(name, _)| rename(name));
        new.fields.retain(|field| !has(&field.directives, "hidden"));
        new.inputs.retain(|input| !has(&input.directives, "hidden"));
        new.values.retain(|value| !has(&value.directives, "hidden"));
        let described =
            |field: &FieldDefinition| (field.name.clone(), has(&field.directives, "canonical"));
        let fields = new.fields.iter().map(described).collect();
        for field in &mut new.fields {
            field.name = renamed(&field.directives).unwrap_or_else(|| field.name.clone());
            rename_type(&mut field.of_type, names);
            field.arguments.iter_mut().for_each(|argument| rename_input(argument, names));
            rename_triggers(&mut field.directives, mutations);
            strip(&mut field.directives);
        }
        for input in &mut new.inputs {
            rename_input(input, names);
            strip(&mut input.directives);
        }
        let is_canonical = has(&definition.directives, "canonical");
        strip(&mut new.directives);
        new.values.iter_mut().for_each(|value| strip(&mut value.directives));
        PartType { was: definition.name.clone(), is_canonical, definition: new, fields }
    }

    fn has_canonical(&self, field: &str) -> bool {
        let mut fields = self.definition.fields.iter().zip(&self.fields);
        fields.any(|(found, (_, is_canonical))| *is_canonical && &*found.name == field)
    }
}

struct Merge<'p> {
    parts: &'p [Part],
    types: Vec<TypeDefinition>,
    problems: Vec<Problem>,
}

impl Merge<'_> {
    /// Takes over the types of a source; gives the places of its fields.
    fn add(&mut self, source: usize) -> BTreeMap<(Name, Name), (Name, Name)> {
        let mut places = BTreeMap::new();
        for found in &self.parts[source].types {
            let name = &*found.definition.name;
            let canonical = self.canonical(name, |other| other.is_canonical);
            if canonical.is_some_and(|canonical| canonical != source) {
                continue;
            }
            let mut fields = HashSet::new();
            for (field, (was, _)) in found.definition.fields.iter().zip(&found.fields) {
                let canonical = self.canonical(name, |other| other.has_canonical(&field.name));
                if canonical.is_none_or(|canonical| canonical == source) {
                    fields.insert(field.name.clone());
                    let place = (found.definition.name.clone(), field.name.clone());
                    places.insert((found.was.clone(), was.clone()), place);
                }
            }
            let mut definition = found.definition.clone();
            definition.fields.retain(|field| fields.contains(&field.name));
            self.join(definition);
        }
        places
    }

    /// The source whose definition wins. Two that want to are a conflict.
    fn canonical(&mut self, name: &str, wants: impl Fn(&PartType) -> bool) -> Option<usize> {
        let parts = self.parts.iter().enumerate();
        let mut canonical = parts.filter(|(_, part)| part.get(name).is_some_and(&wants));
        let first = canonical.next().map(|(source, _)| source);
        if canonical.next().is_some() {
            self.problem(format!("Several source APIs have a canonical definition in '{name}'"));
        }
        first
    }

    fn join(&mut self, new: TypeDefinition) {
        let Some(place) = self.types.iter().position(|found| found.name == new.name) else {
            self.types.push(new);
            return;
        };
        if self.types[place].kind != new.kind {
            self.problem(format!(
                "Merging is not supported for types of different kinds: {}",
                new.name
            ));
            return;
        }
        let mut base = self.types[place].clone();
        for field in new.fields {
            match base.fields.iter().find(|found| found.name == field.name) {
                None => base.fields.push(field),
                Some(found) => self.compare(&new.name, &field.name, &found.of_type, &field.of_type),
            }
        }
        for input in new.inputs {
            match base.inputs.iter().find(|found| found.name == input.name) {
                None => base.inputs.push(input),
                Some(found) => self.compare(&new.name, &input.name, &found.of_type, &input.of_type),
            }
        }
        join_by(&mut base.values, new.values, |value| value.name.clone());
        join_by(&mut base.members, new.members, |(name, _)| name.clone());
        join_by(&mut base.interfaces, new.interfaces, |(name, _)| name.clone());
        join_by(&mut base.directives, new.directives, |directive| directive.name.clone());
        self.types[place] = base;
    }

    fn compare(&mut self, of: &str, name: &str, one: &TypeRef, other: &TypeRef) {
        let written = |of_type| {
            let mut text = String::new();
            print::type_ref(of_type, &mut text);
            text
        };
        let (one, other) = (written(one), written(other));
        if one != other {
            self.problem(format!(
                "Merging is not supported for fields with different types: {of}.{name} is '{one}' and '{other}'"
            ));
        }
    }

    fn problem(&mut self, message: String) {
        let problem = Problem { message, location: None };
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }
}

fn join_by<T>(base: &mut Vec<T>, new: Vec<T>, key: impl Fn(&T) -> Name) {
    let known: HashSet<Name> = base.iter().map(&key).collect();
    base.extend(new.into_iter().filter(|one| !known.contains(&key(one))));
}

fn has(directives: &[Directive], name: &str) -> bool {
    directives.iter().any(|directive| &*directive.name == name)
}

fn renamed(directives: &[Directive]) -> Option<Name> {
    let renamed = directives.iter().find(|directive| &*directive.name == "renamed")?;
    match renamed.argument("to") {
        Some(Literal::String(to)) => Some(to.clone()),
        _ => None,
    }
}

fn strip(directives: &mut Vec<Directive>) {
    directives.retain(|one| !matches!(&*one.name, "canonical" | "hidden" | "renamed"));
}

fn rename_input(input: &mut InputDefinition, names: &HashMap<Name, Name>) {
    rename_type(&mut input.of_type, names);
    strip(&mut input.directives);
}

fn rename_type(of_type: &mut TypeRef, names: &HashMap<Name, Name>) {
    match of_type {
        TypeRef::Named(name, _) => {
            if let Some(to) = names.get(name) {
                *name = to.clone();
            }
        }
        TypeRef::List(inner) | TypeRef::NonNull(inner) => rename_type(inner, names),
    }
}

/// A subscription listens to mutations of its own source, by the names that they have now.
fn rename_triggers(directives: &mut [Directive], mutations: &HashMap<Name, Name>) {
    let subscribe = directives.iter_mut().filter(|directive| &*directive.name == "aws_subscribe");
    for argument in subscribe.flat_map(|directive| &mut directive.arguments) {
        let names = match &mut argument.value {
            Literal::List(names) => names.as_mut_slice(),
            one => std::slice::from_mut(one),
        };
        for name in names {
            if let Literal::String(name) = name
                && let Some(to) = mutations.get(name)
            {
                *name = to.clone();
            }
        }
    }
}
