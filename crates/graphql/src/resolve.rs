//! What gives fields their values: the seam between the language and who knows resolvers and rights.

use json::Value;

use crate::execute::Env;
use crate::info;
use crate::plan::PlanField;
use crate::response::PathPart;

/// How a field of a type gets its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It is a member of the value of the object around it.
    Property,
    /// A resolver gives it.
    Resolver {
        /// How many calls may be handed over together; 0 and 1 mean none.
        batch_max: usize,
    },
    /// The caller may not see it: `null`, and an error that says so.
    Denied,
}

/// Who knows resolvers and rights.
pub trait Resolve: Sync {
    /// The role of a field. Asked once for each field of a document, not for each value.
    fn role(&self, parent_type: &str, field: &str) -> Role;

    /// Answers calls of one field: as many answers as calls, in their order.
    /// There is more than one call only if the field's role allows it.
    fn resolve<'a>(
        &'a self,
        calls: Vec<Call<'a>>,
    ) -> impl Future<Output = Vec<Resolved>> + Send + 'a;
}

/// One call of a resolver.
#[derive(Debug)]
pub struct Call<'a> {
    pub(crate) env: &'a Env<'a>,
    pub(crate) field: &'a PlanField<'a>,
    pub(crate) source: Value,
    pub(crate) path: Vec<PathPart>,
}

impl Call<'_> {
    /// The object type that has the field: `info.parentTypeName`.
    pub fn parent_type(&self) -> &str {
        self.env.schema.of(self.field.parent).name()
    }

    /// `info.fieldName`.
    pub fn field_name(&self) -> &str {
        &self.field.of.name
    }

    /// The arguments, coerced, defaults filled in.
    pub fn arguments(&self) -> &Value {
        &self.field.arguments
    }

    /// The value of the object around the field; `null` at the root, unless the request has one.
    pub fn source(&self) -> &Value {
        &self.source
    }

    /// Where in the response the value will stand.
    pub fn path(&self) -> &[PathPart] {
        &self.path
    }

    /// `info.variables`: as they were passed in.
    pub fn variables(&self) -> &Value {
        self.env.given_variables
    }

    /// `ctx.info` as a whole, made once for all calls of a field. `selectionSetList` holds `["id", "items", "items/id"]`,
    /// `selectionSetGraphQL` the selections as text, empty for a leaf.
    pub fn info(&self) -> &Value {
        self.field.info.get_or_init(|| {
            let list = info::selection_set_list(self.env, self.field);
            let given = self.variables();
            let variables = if given.is_null() { Value::empty_object() } else { given.clone() };
            Value::object([
                ("fieldName", Value::from(self.field_name())),
                ("parentTypeName", self.parent_type().into()),
                ("variables", variables),
                ("selectionSetList", Value::array(list.into_iter().map(Value::from))),
                ("selectionSetGraphQL", info::selection_set_graphql(&self.field.nodes).into()),
            ])
        })
    }

    /// The type of the field as it is written: `[Post!]!`.
    pub fn return_type(&self) -> String {
        self.env.schema.written(&self.field.of.shape)
    }
}

/// What a resolver gave.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Resolved {
    /// The value; `null` beside the error of a resolver that failed.
    pub value: Value,
    /// Errors, raised or appended.
    pub errors: Vec<FieldError>,
}

/// An error of a resolver, as `util.error` makes it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FieldError {
    /// The first argument.
    pub message: String,
    /// The second.
    pub error_type: Option<String>,
    /// The third; the client sees what its selections leave of it.
    pub data: Value,
    /// The fourth, which the client sees as it is.
    pub error_info: Value,
}

impl FieldError {
    /// An error with a message and a type.
    pub fn new(message: impl Into<String>, error_type: impl Into<String>) -> FieldError {
        FieldError {
            message: message.into(),
            error_type: Some(error_type.into()),
            ..FieldError::default()
        }
    }
}

impl From<Value> for Resolved {
    fn from(value: Value) -> Self {
        Resolved { value, errors: Vec::new() }
    }
}

impl From<FieldError> for Resolved {
    fn from(error: FieldError) -> Self {
        Resolved { value: Value::NULL, errors: vec![error] }
    }
}
