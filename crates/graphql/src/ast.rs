//! What a text says, before anything is known about it: the nodes of the grammar, each with its place.

/// A name, or the text of a token.
pub(crate) type Name = Box<str>;

/// Byte offset of a node in its text.
pub(crate) type Offset = u32;

/// A type as it is written: `[Post!]!`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TypeRef {
    Named(Name, Offset),
    List(Box<TypeRef>),
    NonNull(Box<TypeRef>),
}

impl TypeRef {
    /// The name within all brackets.
    pub(crate) fn named(&self) -> (&str, Offset) {
        match self {
            TypeRef::Named(name, at) => (name, *at),
            TypeRef::List(inner) | TypeRef::NonNull(inner) => inner.named(),
        }
    }
}

/// A value as it is written.
#[derive(Clone, Debug)]
pub(crate) enum Literal {
    Null,
    Boolean(bool),
    Int(Name),
    Float(Name),
    String(Name),
    Enum(Name),
    Variable(Name, Offset),
    List(Vec<Literal>),
    Object(Vec<(Name, Literal)>),
}

#[derive(Clone, Debug)]
pub(crate) struct Argument {
    pub(crate) name: Name,
    pub(crate) value: Literal,
    pub(crate) at: Offset,
}

#[derive(Clone, Debug)]
pub(crate) struct Directive {
    pub(crate) name: Name,
    pub(crate) arguments: Vec<Argument>,
    pub(crate) at: Offset,
}

impl Directive {
    pub(crate) fn argument(&self, name: &str) -> Option<&Literal> {
        self.arguments.iter().find(|argument| &*argument.name == name).map(|found| &found.value)
    }
}

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OperationKind {
    /// Reads: its fields run side by side.
    Query,
    /// Writes: its fields run one after the other.
    Mutation,
    /// Asks for events.
    Subscription,
}

#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) kind: OperationKind,
    pub(crate) name: Option<Name>,
    pub(crate) variables: Vec<VariableDefinition>,
    pub(crate) directives: Vec<Directive>,
    pub(crate) selections: Vec<Selection>,
    pub(crate) at: Offset,
}

#[derive(Debug)]
pub(crate) struct VariableDefinition {
    pub(crate) name: Name,
    pub(crate) of_type: TypeRef,
    pub(crate) default: Option<Literal>,
    pub(crate) directives: Vec<Directive>,
    pub(crate) at: Offset,
}

#[derive(Debug)]
pub(crate) enum Selection {
    Field(Field),
    Spread(Spread),
    Inline(Inline),
}

#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) alias: Option<Name>,
    pub(crate) name: Name,
    pub(crate) arguments: Vec<Argument>,
    pub(crate) directives: Vec<Directive>,
    /// Empty where nothing is selected.
    pub(crate) selections: Vec<Selection>,
    pub(crate) at: Offset,
}

impl Field {
    /// The name under which the field stands in the response.
    pub(crate) fn key(&self) -> &str {
        self.alias.as_deref().unwrap_or(&self.name)
    }
}

#[derive(Debug)]
pub(crate) struct Spread {
    pub(crate) name: Name,
    pub(crate) directives: Vec<Directive>,
    pub(crate) at: Offset,
}

#[derive(Debug)]
pub(crate) struct Inline {
    pub(crate) on: Option<(Name, Offset)>,
    pub(crate) directives: Vec<Directive>,
    pub(crate) selections: Vec<Selection>,
    pub(crate) at: Offset,
}

#[derive(Debug)]
pub(crate) struct Fragment {
    pub(crate) name: Name,
    pub(crate) on: (Name, Offset),
    pub(crate) directives: Vec<Directive>,
    pub(crate) selections: Vec<Selection>,
    pub(crate) at: Offset,
}

/// A definition of a document, of either half of the language.
#[derive(Debug)]
pub(crate) enum Definition {
    Operation(Operation),
    Fragment(Fragment),
    Schema(SchemaDefinition),
    Type(TypeDefinition),
    Directive(DirectiveDefinition),
    SchemaExtension(SchemaDefinition),
    TypeExtension(TypeDefinition),
}

#[derive(Clone, Debug)]
pub(crate) struct SchemaDefinition {
    pub(crate) description: Option<Name>,
    pub(crate) directives: Vec<Directive>,
    pub(crate) operations: Vec<(OperationKind, Name, Offset)>,
    pub(crate) at: Offset,
}

/// The kinds of types, named as introspection names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TypeKind {
    /// A leaf with a format.
    Scalar,
    /// Fields that can be asked for.
    Object,
    /// Fields that several objects have.
    Interface,
    /// One of several objects.
    Union,
    /// One of several names.
    Enum,
    /// Fields that are passed in.
    InputObject,
}

impl TypeKind {
    /// The name of the kind in introspection and in messages: `INPUT_OBJECT`.
    pub fn name(self) -> &'static str {
        match self {
            TypeKind::Scalar => "SCALAR",
            TypeKind::Object => "OBJECT",
            TypeKind::Interface => "INTERFACE",
            TypeKind::Union => "UNION",
            TypeKind::Enum => "ENUM",
            TypeKind::InputObject => "INPUT_OBJECT",
        }
    }
}

/// A type of any kind; the lists that its kind doesn't have are empty.
#[derive(Clone, Debug)]
pub(crate) struct TypeDefinition {
    pub(crate) kind: TypeKind,
    pub(crate) description: Option<Name>,
    pub(crate) name: Name,
    pub(crate) interfaces: Vec<(Name, Offset)>,
    pub(crate) directives: Vec<Directive>,
    pub(crate) fields: Vec<FieldDefinition>,
    pub(crate) inputs: Vec<InputDefinition>,
    pub(crate) values: Vec<ValueDefinition>,
    pub(crate) members: Vec<(Name, Offset)>,
    pub(crate) at: Offset,
}

#[derive(Clone, Debug)]
pub(crate) struct FieldDefinition {
    pub(crate) description: Option<Name>,
    pub(crate) name: Name,
    pub(crate) arguments: Vec<InputDefinition>,
    pub(crate) of_type: TypeRef,
    pub(crate) directives: Vec<Directive>,
    pub(crate) at: Offset,
}

/// An argument, or a field of an input type.
#[derive(Clone, Debug)]
pub(crate) struct InputDefinition {
    pub(crate) description: Option<Name>,
    pub(crate) name: Name,
    pub(crate) of_type: TypeRef,
    pub(crate) default: Option<Literal>,
    pub(crate) directives: Vec<Directive>,
    pub(crate) at: Offset,
}

#[derive(Clone, Debug)]
pub(crate) struct ValueDefinition {
    pub(crate) description: Option<Name>,
    pub(crate) name: Name,
    pub(crate) directives: Vec<Directive>,
    pub(crate) at: Offset,
}

#[derive(Clone, Debug)]
pub(crate) struct DirectiveDefinition {
    pub(crate) description: Option<Name>,
    pub(crate) name: Name,
    pub(crate) arguments: Vec<InputDefinition>,
    pub(crate) locations: Vec<Name>,
    pub(crate) at: Offset,
}
