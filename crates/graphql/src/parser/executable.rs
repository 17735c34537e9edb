//! Operations and fragments. <https://spec.graphql.org/October2021/#sec-Language.Operations>

use super::{Parsed, Parser};
use crate::ast::{
    Field, Fragment, Inline, Operation, OperationKind, Selection, Spread, VariableDefinition,
};
use crate::lexer::Kind;

impl Parser<'_> {
    pub(super) fn operation(&mut self) -> Parsed<Operation> {
        let at = self.token.start;
        let Some(kind) = self.operation_kind()? else {
            return Ok(Operation {
                kind: OperationKind::Query,
                name: None,
                variables: Vec::new(),
                directives: Vec::new(),
                selections: self.selections()?,
                at,
            });
        };
        let name = if self.token.kind == Kind::Name { Some(self.name()?) } else { None };
        Ok(Operation {
            kind,
            name,
            variables: self.maybe_many(b'(', b')', Self::variable_definition)?,
            directives: self.directives()?,
            selections: self.selections()?,
            at,
        })
    }

    pub(super) fn operation_kind(&mut self) -> Parsed<Option<OperationKind>> {
        let kind = match self.word() {
            "query" => OperationKind::Query,
            "mutation" => OperationKind::Mutation,
            "subscription" => OperationKind::Subscription,
            _ => return Ok(None),
        };
        self.advance()?;
        Ok(Some(kind))
    }

    fn variable_definition(&mut self) -> Parsed<VariableDefinition> {
        let at = self.token.start;
        self.expect(b'$')?;
        let name = self.name()?;
        self.expect(b':')?;
        let of_type = self.type_ref()?;
        let default = if self.takes(b'=')? { Some(self.literal()?) } else { None };
        Ok(VariableDefinition { name, of_type, default, directives: self.directives()?, at })
    }

    pub(super) fn fragment(&mut self) -> Parsed<Fragment> {
        let at = self.token.start;
        self.keyword("fragment")?;
        if self.word() == "on" {
            return Err(self.unexpected());
        }
        let name = self.name()?;
        if !self.keyword("on")? {
            return Err(self.unexpected());
        }
        Ok(Fragment {
            name,
            on: self.name_with_offset()?,
            directives: self.directives()?,
            selections: self.selections()?,
            at,
        })
    }

    fn selections(&mut self) -> Parsed<Vec<Selection>> {
        self.nested(|parser| parser.many(b'{', b'}', Self::selection))
    }

    fn selection(&mut self) -> Parsed<Selection> {
        let at = self.token.start;
        if self.token.kind != Kind::Spread {
            return Ok(Selection::Field(self.field()?));
        }
        self.advance()?;
        if self.token.kind == Kind::Name && self.word() != "on" {
            let name = self.name()?;
            return Ok(Selection::Spread(Spread { name, directives: self.directives()?, at }));
        }
        let on = if self.keyword("on")? { Some(self.name_with_offset()?) } else { None };
        let directives = self.directives()?;
        Ok(Selection::Inline(Inline { on, directives, selections: self.selections()?, at }))
    }

    fn field(&mut self) -> Parsed<Field> {
        let at = self.token.start;
        let first = self.name()?;
        let (alias, name) =
            if self.takes(b':')? { (Some(first), self.name()?) } else { (None, first) };
        let arguments = self.arguments()?;
        let directives = self.directives()?;
        let has_selections = self.token.kind == Kind::Mark(b'{');
        let selections = if has_selections { self.selections()? } else { Vec::new() };
        Ok(Field { alias, name, arguments, directives, selections, at })
    }
}
