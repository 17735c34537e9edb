//! Types, directives and the schema. <https://spec.graphql.org/October2021/#sec-Type-System>

use super::{Parsed, Parser};
use crate::ast::{
    Definition, DirectiveDefinition, FieldDefinition, InputDefinition, Name, Offset,
    SchemaDefinition, TypeDefinition, TypeKind, ValueDefinition,
};
use crate::lexer::Kind;

impl Parser<'_> {
    /// A definition of the type system, from its keyword on; `at` is where its description starts.
    pub(super) fn type_system(
        &mut self,
        at: Offset,
        description: Option<Name>,
        extends: bool,
    ) -> Parsed<Definition> {
        let kind = match self.word() {
            "schema" => {
                let schema = self.schema(at, description, extends)?;
                return Ok(if extends {
                    Definition::SchemaExtension(schema)
                } else {
                    Definition::Schema(schema)
                });
            }
            "directive" if !extends => {
                return Ok(Definition::Directive(self.directive_definition(at, description)?));
            }
            "scalar" => TypeKind::Scalar,
            "type" => TypeKind::Object,
            "interface" => TypeKind::Interface,
            "union" => TypeKind::Union,
            "enum" => TypeKind::Enum,
            "input" => TypeKind::InputObject,
            _ => return Err(self.unexpected()),
        };
        self.advance()?;
        let definition = self.type_definition(kind, at, description)?;
        Ok(if extends {
            Definition::TypeExtension(definition)
        } else {
            Definition::Type(definition)
        })
    }

    fn schema(
        &mut self,
        at: Offset,
        description: Option<Name>,
        extends: bool,
    ) -> Parsed<SchemaDefinition> {
        self.advance()?;
        let directives = self.directives()?;
        let operation = |parser: &mut Self| {
            let at = parser.token.start;
            let kind = parser.operation_kind()?.ok_or_else(|| parser.unexpected())?;
            parser.expect(b':')?;
            Ok((kind, parser.name()?, at))
        };
        let operations = if extends {
            self.maybe_many(b'{', b'}', operation)?
        } else {
            self.many(b'{', b'}', operation)?
        };
        Ok(SchemaDefinition { description, directives, operations, at })
    }

    fn type_definition(
        &mut self,
        kind: TypeKind,
        at: Offset,
        description: Option<Name>,
    ) -> Parsed<TypeDefinition> {
        let name = self.name()?;
        let has_fields = matches!(kind, TypeKind::Object | TypeKind::Interface);
        let mut definition = TypeDefinition {
            kind,
            description,
            name,
            interfaces: if has_fields { self.interfaces()? } else { Vec::new() },
            directives: self.directives()?,
            fields: Vec::new(),
            inputs: Vec::new(),
            values: Vec::new(),
            members: Vec::new(),
            at,
        };
        match kind {
            TypeKind::Scalar => {}
            TypeKind::Object | TypeKind::Interface => {
                definition.fields = self.maybe_many(b'{', b'}', Self::field_definition)?;
            }
            TypeKind::Union => definition.members = self.members()?,
            TypeKind::Enum => {
                definition.values = self.maybe_many(b'{', b'}', Self::value_definition)?;
            }
            TypeKind::InputObject => {
                definition.inputs = self.maybe_many(b'{', b'}', Self::input_definition)?;
            }
        }
        Ok(definition)
    }

    /// `implements A & B`, and the older `implements A, B`, which schemas of AppSync still have.
    fn interfaces(&mut self) -> Parsed<Vec<(Name, Offset)>> {
        let mut interfaces = Vec::new();
        if self.keyword("implements")? {
            self.takes(b'&')?;
            interfaces.push(self.name_with_offset()?);
            while self.takes(b'&')? || self.token.kind == Kind::Name && self.is_not_a_keyword() {
                interfaces.push(self.name_with_offset()?);
            }
        }
        Ok(interfaces)
    }

    /// A type without fields may end here, and the next definition begin.
    fn is_not_a_keyword(&self) -> bool {
        const KEYWORDS: [&str; 10] = [
            "schema",
            "directive",
            "scalar",
            "type",
            "interface",
            "union",
            "enum",
            "input",
            "extend",
            "fragment",
        ];
        !KEYWORDS.contains(&self.word())
    }

    fn members(&mut self) -> Parsed<Vec<(Name, Offset)>> {
        let mut members = Vec::new();
        if self.takes(b'=')? {
            self.takes(b'|')?;
            members.push(self.name_with_offset()?);
            while self.takes(b'|')? {
                members.push(self.name_with_offset()?);
            }
        }
        Ok(members)
    }

    fn field_definition(&mut self) -> Parsed<FieldDefinition> {
        let at = self.token.start;
        let description = self.description()?;
        let name = self.name()?;
        let arguments = self.maybe_many(b'(', b')', Self::input_definition)?;
        self.expect(b':')?;
        let of_type = self.type_ref()?;
        let directives = self.directives()?;
        Ok(FieldDefinition { description, name, arguments, of_type, directives, at })
    }

    fn input_definition(&mut self) -> Parsed<InputDefinition> {
        let at = self.token.start;
        let description = self.description()?;
        let name = self.name()?;
        self.expect(b':')?;
        let of_type = self.type_ref()?;
        let default = if self.takes(b'=')? { Some(self.literal()?) } else { None };
        let directives = self.directives()?;
        Ok(InputDefinition { description, name, of_type, default, directives, at })
    }

    fn value_definition(&mut self) -> Parsed<ValueDefinition> {
        let at = self.token.start;
        let description = self.description()?;
        if matches!(self.word(), "true" | "false" | "null") {
            return Err(self.unexpected());
        }
        let name = self.name()?;
        Ok(ValueDefinition { description, name, directives: self.directives()?, at })
    }

    fn directive_definition(
        &mut self,
        at: Offset,
        description: Option<Name>,
    ) -> Parsed<DirectiveDefinition> {
        self.advance()?;
        self.expect(b'@')?;
        let name = self.name()?;
        let arguments = self.maybe_many(b'(', b')', Self::input_definition)?;
        self.keyword("repeatable")?;
        if !self.keyword("on")? {
            return Err(self.unexpected());
        }
        self.takes(b'|')?;
        let mut locations = vec![self.name()?];
        while self.takes(b'|')? {
            locations.push(self.name()?);
        }
        Ok(DirectiveDefinition { description, name, arguments, locations, at })
    }
}
