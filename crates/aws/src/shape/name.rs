//! `state_machine_arn` → `stateMachineArn`, at compile time, so that a member's name is written once.

/// How a service spells the names of its members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// `stateMachineArn`: Step Functions, AppSync.
    Camel,
    /// `TableName`: DynamoDB, SQS, Lambda.
    Pascal,
}

impl Case {
    /// The name in this case, at run time.
    pub fn of(self, snake: &str) -> String {
        let snake = snake.strip_prefix(RAW).unwrap_or(snake);
        let mut upper = self == Case::Pascal;
        let mut spelled = String::with_capacity(snake.len());
        for letter in snake.chars() {
            match letter {
                '_' => upper = true,
                _ if upper => {
                    spelled.extend(letter.to_uppercase());
                    upper = false;
                }
                _ => spelled.push(letter),
            }
        }
        spelled
    }
}

/// What stands before a member whose name is a word of Rust: `r#type`.
const RAW: &str = "r#";

/// Where the name itself begins.
const fn start(snake: &[u8]) -> usize {
    match snake {
        [b'r', b'#', ..] => RAW.len(),
        _ => 0,
    }
}

/// The bytes that [`spell`] will give.
pub const fn spelled_length(snake: &str) -> usize {
    let bytes = snake.as_bytes();
    let (mut index, mut length) = (start(bytes), 0);
    while index < bytes.len() {
        if bytes[index] != b'_' {
            length += 1;
        }
        index += 1;
    }
    length
}

/// The name in that case, at compile time.
pub const fn spell<const LENGTH: usize>(snake: &str, case: Case) -> [u8; LENGTH] {
    let bytes = snake.as_bytes();
    let (mut index, mut length) = (start(bytes), 0);
    let mut upper = matches!(case, Case::Pascal);
    let mut spelled = [0; LENGTH];
    while index < bytes.len() {
        if bytes[index] == b'_' {
            upper = true;
        } else {
            spelled[length] = if upper { bytes[index].to_ascii_uppercase() } else { bytes[index] };
            upper = false;
            length += 1;
        }
        index += 1;
    }
    spelled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spells_the_same_at_compile_time_and_at_run_time() {
        const NAME: &str = "state_machine_arn";
        let camel: [u8; spelled_length(NAME)] = spell(NAME, Case::Camel);
        assert_eq!(&camel, b"stateMachineArn");
        assert_eq!(Case::Camel.of(NAME), "stateMachineArn");
        let pascal: [u8; spelled_length(NAME)] = spell(NAME, Case::Pascal);
        assert_eq!(&pascal, b"StateMachineArn");
        assert_eq!(Case::Pascal.of(NAME), "StateMachineArn");
    }

    #[test]
    fn spells_raw_names_without_their_mark() {
        const NAME: &str = "r#type";
        let camel: [u8; spelled_length(NAME)] = spell(NAME, Case::Camel);
        assert_eq!((&camel, Case::Camel.of(NAME).as_str()), (b"type", "type"));
        assert_eq!(Case::Pascal.of(NAME), "Type");
    }
}
