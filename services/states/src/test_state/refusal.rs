/// Why a state isn't tested, in AWS's words; all of them are `ValidationException`s.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("State not found in definition")]
    StateNotFound,
    #[error("RoleArn must be specified when testing a Task state")]
    NoRole,
    #[error("State type '{0}' is not supported when a mock is specified")]
    MockOfType(&'static str),
    #[error("A test mock should have only one of the following fields: [result, errorOutput].")]
    MockAmbiguous,
    #[error("Mocked result must be valid JSON")]
    MockNotJson,
    #[error("Mocked result must be an array.")]
    MockNotArray,
    #[error("Mocked result must be an object.")] // By analogy.
    MockNotObject,
    #[error("Mocked result must contain the same number of items as number of Parallel branches.")]
    MockOfBranches,
    #[error(transparent)]
    MockSchema(#[from] asl::resources::MockError),
    #[error(
        "Map iteration failure count must be less than or equal to the number of Map iterations"
    )]
    MapFailures,
    #[error("TestState does not support RevealSecrets when a mock is specified.")]
    SecretsOfMock,
    /// `MapIterationFailureCount` is recorded, the others are by analogy.
    #[error("TestState does not support {0} when a mock is not specified.")]
    WithoutMock(&'static str),
    #[error("Invalid Context object provided: Field '{0}' is not allowed")]
    ContextField(String),
    #[error("Invalid Context object provided: {0} must be {1}")]
    ContextType(String, &'static str),
    #[error(
        "Invalid Context object provided: 'Map' field is not supported when mocking a Context object"
    )]
    ContextMap,
    #[error(
        "Invalid Context object provided: Context object contains 'Task' when state is not a Task state with a '.sync' or '.waitForTaskToken' service integration pattern"
    )]
    ContextTask,
    #[error("{0} must be a valid JSON {1}")] // By analogy.
    NotJson(&'static str, &'static str),
}
