//! graphql-java's sentences, on which clients match.

use graphql::{Document, Introspection, Schema};

use crate::world::{faults, schema};

const PETS: &str = "
    type Query { pet(id: ID!): Pet dogs: [Dog] dog: Dog cat: Cat find(filter: Filter, sort: [Sort!]): [Pet!]! }
    input Filter { name: String! age: Int and: [Filter] }
    enum Sort { ASC DESC }
    interface Pet { name: String }
    type Dog implements Pet { name: String barks: Boolean! owner: Human }
    type Cat implements Pet { name: String lives(of: Int): Int }
    type Human { name: String! age: Int }
";

#[track_caller]
fn check(query: &str, expected: &[&str]) {
    assert_eq!(faults(&pets(), query), expected);
}

fn pets() -> Schema {
    schema(PETS)
}

#[test]
fn a_field_that_isnt_there() {
    check(
        "{ dog { nme owner { nam } } }",
        &[
            "Validation error of type FieldUndefined: Field 'nme' in type 'Dog' is undefined @ 'dog/nme'",
            "Validation error of type FieldUndefined: Field 'nam' in type 'Human' is undefined @ 'dog/owner/nam'",
        ],
    );
}

#[test]
fn the_place_of_an_error_is_that_of_its_node() {
    let document = Document::parse("{badfield}").expect("it parses");
    let errors = document.validate(&pets(), Introspection::Enabled);
    let mut text = String::new();
    errors[0].write_to(&mut text);
    // As the AppSync team gave it: graphql/graphql-over-http#81.
    assert_eq!(
        text,
        r#"{"path":null,"locations":[{"line":1,"column":2,"sourceName":null}],"message":"Validation error of type FieldUndefined: Field 'badfield' in type 'Query' is undefined @ 'badfield'"}"#
    );
}

#[test]
fn arguments_that_are_unknown_or_missing() {
    check(
        "{ pet(name: 1) { name } cat { lives(off: 2) } }",
        &[
            "Validation error of type MissingFieldArgument: Missing field argument id @ 'pet'",
            "Validation error of type UnknownArgument: Unknown field argument name @ 'pet'",
            "Validation error of type UnknownArgument: Unknown field argument off @ 'cat/lives'",
        ],
    );
}

#[test]
fn arguments_of_a_wrong_type() {
    check(
        r#"{ find(filter: {name: "x", and: [{name: 3}]}, sort: UP) { name } }"#,
        &[
            "Validation error of type WrongType: argument 'filter.and[0].name' with value 'IntValue{value=3}' is not a valid 'String' @ 'find'",
            "Validation error of type WrongType: argument 'sort' with value 'EnumValue{name='UP'}' is not a valid 'Sort' @ 'find'",
        ],
    );
    // Seen on AWS: aws-appsync-community#273.
    check(
        r#"{ find(filter: {nme: "test"}) { name } }"#,
        &[
            "Validation error of type WrongType: argument 'filter' with value 'ObjectValue{objectFields=[ObjectField{name='nme', value=StringValue{value='test'}}]}' is missing required fields '[name]' @ 'find'",
        ],
    );
    check(
        r#"{ find(filter: {name: "a", x: 1}) { name } }"#,
        &[
            "Validation error of type WrongType: argument 'filter' with value 'ObjectValue{objectFields=[ObjectField{name='name', value=StringValue{value='a'}}, ObjectField{name='x', value=IntValue{value=1}}]}' contains a field not in 'Filter': 'x' @ 'find'",
        ],
    );
    check(
        r#"{ find(filter: 3) { name } }"#,
        &[
            "Validation error of type WrongType: argument 'filter' with value 'IntValue{value=3}' must be an object type @ 'find'",
        ],
    );
    check(
        "{ pet(id: null) { name } }",
        &[
            "Validation error of type WrongType: argument 'id' with value 'NullValue{}' must not be null @ 'pet'",
        ],
    );
}

#[test]
fn leaves_and_what_is_none() {
    check(
        "{ dog dogs pet(id: 1) { name { x } } }",
        &[
            "Validation error of type SubSelectionRequired: Sub selection required for type Dog of field dog @ 'dog'",
            "Validation error of type SubSelectionRequired: Sub selection required for type null of field dogs @ 'dogs'",
            "Validation error of type SubSelectionNotAllowed: Sub selection not allowed on leaf type String of field name @ 'pet/name'",
        ],
    );
}

#[test]
fn variables() {
    check(
        "query Q($id: ID, $unused: Int, $bad: Dog, $gone: Gone) { pet(id: $id) { name } a: pet(id: $nix) { name } }",
        &[
            "Validation error of type NonInputTypeOnVariable: Wrong type for a variable",
            "Validation error of type UnknownType: Unknown type Gone",
            "Validation error of type VariableTypeMismatch: Variable type 'ID' doesn't match expected type 'ID!' @ 'pet'",
            "Validation error of type UndefinedVariable: Undefined variable nix @ 'pet'",
            "Validation error of type UnusedVariable: Unused variable unused",
            "Validation error of type UnusedVariable: Unused variable bad",
            "Validation error of type UnusedVariable: Unused variable gone",
        ],
    );
    check("query Q($id: ID = 3) { pet(id: $id) { name } }", &[]);
    check(
        "query Q($id: ID = [3]) { pet(id: $id) { name } }",
        &[
            "Validation error of type BadValueForDefaultArg: Bad default value ArrayValue{values=[IntValue{value=3}]} for type ID",
        ],
    );
}

#[test]
fn variables_within_fragments_belong_to_the_operation() {
    check("query Q($of: Int) { cat { ...C } } fragment C on Cat { lives(of: $of) }", &[]);
    check(
        "query Q { cat { ...C } } fragment C on Cat { lives(of: $of) }",
        &["Validation error of type UndefinedVariable: Undefined variable of @ 'cat/C/lives'"],
    );
}

#[test]
fn errors_come_in_the_order_of_the_text() {
    check(
        "query Q($id: ID!, $no: Int) { pet(id: $nix) { nme } dog { x: name x: barks ... on Dog { bark @nix(if: $id) } } }",
        &[
            "Validation error of type UndefinedVariable: Undefined variable nix @ 'pet'",
            "Validation error of type FieldUndefined: Field 'nme' in type 'Pet' is undefined @ 'pet/nme'",
            "Validation error of type FieldUndefined: Field 'bark' in type 'Dog' is undefined @ 'dog/bark'",
            "Validation error of type UnknownDirective: Unknown directive nix @ 'dog/bark'",
            "Validation error of type FieldsConflict: x: name and barks are different fields @ 'dog'",
            "Validation error of type UnusedVariable: Unused variable no",
        ],
    );
}

#[test]
fn fragments() {
    check(
        "{ dog { ...Gone ...OnCat ... on Cat { name } ... on Sort { x } ... on Nix { y } } } fragment OnCat on Cat { name } fragment Lonely on Dog { name }",
        &[
            "Validation error of type UndefinedFragment: Undefined fragment Gone @ 'dog'",
            "Validation error of type InvalidFragmentType: Fragment OnCat cannot be spread here as objects of type Dog can never be of type Cat @ 'dog'",
            "Validation error of type InvalidFragmentType: Fragment cannot be spread here as objects of type Dog can never be of type Cat @ 'dog'",
            "Validation error of type InlineFragmentTypeConditionInvalid: Inline fragment type condition is invalid, must be on Object/Interface/Union @ 'dog'",
            "Validation error of type UnknownType: Unknown type Nix @ 'dog'",
            "Validation error of type UnusedFragment: Unused fragment Lonely",
        ],
    );
    check(
        "{ dog { ...A } } fragment A on Dog { ...B } fragment B on Dog { ...A }",
        &[
            "Validation error of type FragmentCycle: Fragment cycles not allowed @ 'A'",
            "Validation error of type FragmentCycle: Fragment cycles not allowed @ 'B'",
        ],
    );
}

#[test]
fn operations_that_stand_beside_others() {
    check(
        "{ dog { name } } query A { dog { name } } query A { dog { name } } { dog { name } }",
        &[
            "Validation error of type LoneAnonymousOperationViolation: Operation A is following anonymous operation.",
            "Validation error of type LoneAnonymousOperationViolation: Operation A is following anonymous operation.",
            "Validation error of type DuplicateOperationName: There can be only one operation named 'A'",
            "Validation error of type LoneAnonymousOperationViolation: Anonymous operation with other operations.",
        ],
    );
    check(
        "{ dog { name } } type X { y: Int }",
        &["Validation error of type NonExecutableDefinition: The X definition is not executable."],
    );
}

#[test]
fn directives() {
    check(
        "query @skip(if: true) { dog { name @nix @include @skip(if: 3) @skip(unless: true, if: true) } }",
        &[
            "Validation error of type MisplacedDirective: Directive skip not allowed here",
            "Validation error of type DuplicateDirectiveName: Directives must be uniquely named within a location. The directive 'skip' used on a 'Field' is not unique. @ 'dog/name'",
            "Validation error of type UnknownDirective: Unknown directive nix @ 'dog/name'",
            "Validation error of type MissingDirectiveArgument: Missing directive argument if @ 'dog/name'",
            "Validation error of type WrongType: argument 'if' with value 'IntValue{value=3}' is not a valid 'Boolean' @ 'dog/name'",
            "Validation error of type UnknownDirective: Unknown directive argument unless @ 'dog/name'",
        ],
    );
}

#[test]
fn fields_that_cant_be_merged() {
    check(
        "{ dog { x: name x: barks owner { name } } dog { owner { name: age } } }",
        &[
            "Validation error of type FieldsConflict: dog: (x: name and barks are different fields, owner: (name: name and age are different fields))",
        ],
    );
    check(
        "{ pet(id: 1) { name } pet(id: 2) { name } }",
        &["Validation error of type FieldsConflict: pet: they have differing arguments"],
    );
    check(
        "{ pet(id: 1) { ... on Dog { x: barks } ... on Cat { x: lives } } }",
        &[
            "Validation error of type FieldsConflict: x: fields have different nullability shapes @ 'pet'",
        ],
    );
    check("{ pet(id: 1) { ... on Dog { x: name } ... on Cat { x: name } name } }", &[]);
}

#[test]
fn a_text_that_isnt_graphql() {
    check("{ dog { name }", &["Invalid Syntax : offending token '<EOF>' at line 1 column 15"]);
    check("{ dog(] }", &["Invalid Syntax : offending token ']' at line 1 column 7"]);
    check("{\n  dog { na%me }\n}", &["Invalid Syntax : offending token '%' at line 2 column 11"]);
    check("", &["Invalid Syntax : offending token '<EOF>' at line 1 column 1"]);
    check("{ dog { } }", &["Invalid Syntax : offending token '}' at line 1 column 9"]);
}

#[test]
fn introspection_can_be_taken_away() {
    let query = "{ __schema { types { name } } __typename }";
    let document = Document::parse(query).expect("it parses");
    assert_eq!(document.validate(&pets(), Introspection::Enabled), []);
    let errors = document.validate(&pets(), Introspection::Disabled);
    let messages: Vec<&str> = errors.iter().map(|error| &*error.message).collect();
    assert_eq!(
        messages,
        [
            "Validation error of type FieldUndefined: Field 'types' in type '__Schema' is undefined @ '__schema/types'"
        ]
    );
}
