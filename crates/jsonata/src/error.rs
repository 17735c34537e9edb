//! What can be wrong with an expression, in the words of the reference implementation, which AWS shows.

use std::fmt;

use crate::value::Value;

/// Why an expression could not be compiled or evaluated.
#[derive(Clone, Debug, PartialEq)]
pub struct Error {
    /// `S…` syntax, `T…` types, `D…` data, `U1001` a bound of [`Limits`](crate::Limits).
    pub code: &'static str,
    /// The sentence without its code; also what `Display` shows.
    pub message: String,
    /// Byte offset just after the token that is to blame; 0 where none is.
    pub position: usize,
    /// The operator, function or word to blame.
    pub token: Option<String>,
}

/// The code of everything that a bound stopped.
pub(crate) const BOUND: &str = "U1001";

impl Error {
    /// Whether a bound of [`Limits`](crate::Limits) was reached.
    pub fn is_bound(&self) -> bool {
        self.code == BOUND
    }

    /// How AWS ends the sentence "The JSONata expression '…' … threw an error during evaluation":
    /// `. T1006: Attempted to invoke a non-function`, or `: …` without a code for a bound.
    pub fn sentence_end(&self) -> String {
        if self.is_bound() {
            format!(": {}", self.message)
        } else {
            format!(". {}: {}", self.code, self.message)
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

pub(crate) type Result<T> = std::result::Result<T, Box<Fault>>;

/// An [`Error`] in the making: callers add what they know while it travels up.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) code: &'static str,
    pub(crate) position: Option<u32>,
    pub(crate) token: Option<json::Value>,
    /// What the placeholders of the template stand for.
    fields: Vec<(&'static str, json::Value)>,
    /// The whole message, where no template has it.
    text: Option<String>,
}

pub(crate) fn fault(code: &'static str) -> Box<Fault> {
    Box::new(Fault { code, position: None, token: None, fields: Vec::new(), text: None })
}

/// A bound is reached: AWS shows these messages without a code.
pub(crate) fn bound(message: &str) -> Box<Fault> {
    let mut fault = fault(BOUND);
    fault.text = Some(message.to_owned());
    fault
}

pub(crate) const TOO_DEEP: &str = "Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive";
pub(crate) const TOO_LONG: &str = "Expression evaluation timeout: Check for infinite loop";
pub(crate) const TOO_LARGE: &str =
    "Expression evaluation memory limit exceeded: Check for excessive memory usage";

impl Fault {
    pub(crate) fn at(mut self: Box<Self>, position: u32) -> Box<Self> {
        self.position = Some(position);
        self
    }

    pub(crate) fn token(mut self: Box<Self>, token: impl Into<json::Value>) -> Box<Self> {
        self.token = Some(token.into());
        self
    }

    pub(crate) fn with(
        mut self: Box<Self>,
        field: &'static str,
        value: impl Into<json::Value>,
    ) -> Box<Self> {
        self.fields.push((field, value.into()));
        self
    }

    pub(crate) fn value(self: Box<Self>, value: &Value) -> Box<Self> {
        self.with("value", value.shown())
    }

    /// A message that a template has in braces or that has no template at all.
    pub(crate) fn text(mut self: Box<Self>, message: impl Into<String>) -> Box<Self> {
        self.text = Some(message.into());
        self
    }

    /// Adds what the caller knows, unless someone nearer to the cause knew better.
    pub(crate) fn or_at(mut self: Box<Self>, position: u32, token: Option<&str>) -> Box<Self> {
        self.position.get_or_insert(position);
        if self.token.is_none() {
            self.token = token.map(json::Value::from);
        }
        self
    }

    pub(crate) fn token_or(mut self: Box<Self>, token: &str) -> Box<Self> {
        self.token.get_or_insert_with(|| token.into());
        self
    }

    pub(crate) fn into_error(self) -> Error {
        let message = match &self.text {
            Some(text) => text.clone(),
            None => self.render(),
        };
        let token = self
            .token
            .as_ref()
            .map(|token| token.as_str().map_or_else(|| token.to_string(), str::to_owned));
        Error {
            code: self.code,
            message,
            position: self.position.unwrap_or_default() as usize,
            token,
        }
    }

    /// Fills the template: `{{name}}` as JSON, `{{{name}}}` as it is.
    fn render(&self) -> String {
        let mut rest = template(self.code);
        let mut message = String::new();
        while let Some(open) = rest.find("{{") {
            message.push_str(&rest[..open]);
            let plain = rest[open..].starts_with("{{{");
            let (start, end) = if plain { (open + 3, "}}}") } else { (open + 2, "}}") };
            let length = rest[start..].find(end).expect("a placeholder of ours is closed");
            let value = self.field(&rest[start..start + length]);
            match value.and_then(json::Value::as_str).filter(|_| plain) {
                Some(text) => message.push_str(text),
                None => message
                    .push_str(&value.map_or_else(|| "undefined".to_owned(), ToString::to_string)),
            }
            rest = &rest[start + length + end.len()..];
        }
        message + rest
    }

    fn field(&self, name: &str) -> Option<&json::Value> {
        if name == "token" {
            return self.token.as_ref();
        }
        self.fields.iter().find(|(field, _)| *field == name).map(|(_, value)| value)
    }
}

fn template(code: &str) -> &'static str {
    let found = TEMPLATES.binary_search_by_key(&code, |(code, _)| code);
    found.map_or("", |place| TEMPLATES[place].1)
}

/// In the order of their codes.
const TEMPLATES: &[(&str, &str)] = &[
    ("D1001", "Number out of range: {{value}}"),
    ("D1002", "Cannot negate a non-numeric value: {{value}}"),
    ("D1004", "Regular expression matches zero length string"),
    ("D1009", "Multiple key definitions evaluate to same key: {{value}}"),
    (
        "D2014",
        "The size of the sequence allocated by the range operator (..) must not exceed 1e6.  Attempted to allocate {{value}}.",
    ),
    ("D3001", "Attempting to invoke string function on Infinity or NaN"),
    ("D3010", "Second argument of replace function cannot be an empty string"),
    ("D3011", "Fourth argument of replace function must evaluate to a positive number"),
    ("D3012", "Attempted to replace a matched string with a non-string value"),
    ("D3020", "Third argument of split function must evaluate to a positive number"),
    ("D3030", "Unable to cast value to a number: {{value}}"),
    ("D3040", "Third argument of match function must evaluate to a positive number"),
    (
        "D3050",
        "The second argument of reduce function must be a function with at least two arguments",
    ),
    ("D3060", "The sqrt function cannot be applied to a negative number: {{value}}"),
    (
        "D3061",
        "The power function has resulted in a value that cannot be represented as a JSON number: base={{value}}, exponent={{exp}}",
    ),
    (
        "D3070",
        "The single argument form of the sort function can only be applied to an array of strings or an array of numbers.  Use the second argument to specify a comparison function",
    ),
    ("D3080", "The picture string must only contain a maximum of two sub-pictures"),
    (
        "D3081",
        "The sub-picture must not contain more than one instance of the 'decimal-separator' character",
    ),
    ("D3082", "The sub-picture must not contain more than one instance of the 'percent' character"),
    (
        "D3083",
        "The sub-picture must not contain more than one instance of the 'per-mille' character",
    ),
    ("D3084", "The sub-picture must not contain both a 'percent' and a 'per-mille' character"),
    (
        "D3085",
        "The mantissa part of a sub-picture must contain at least one character that is either an 'optional digit character' or a member of the 'decimal digit family'",
    ),
    (
        "D3086",
        "The sub-picture must not contain a passive character that is preceded by an active character and that is followed by another active character",
    ),
    (
        "D3087",
        "The sub-picture must not contain a 'grouping-separator' character that appears adjacent to a 'decimal-separator' character",
    ),
    (
        "D3088",
        "The sub-picture must not contain a 'grouping-separator' at the end of the integer part",
    ),
    (
        "D3089",
        "The sub-picture must not contain two adjacent instances of the 'grouping-separator' character",
    ),
    (
        "D3090",
        "The integer part of the sub-picture must not contain a member of the 'decimal digit family' that is followed by an instance of the 'optional digit character'",
    ),
    (
        "D3091",
        "The fractional part of the sub-picture must not contain an instance of the 'optional digit character' that is followed by a member of the 'decimal digit family'",
    ),
    (
        "D3092",
        "A sub-picture that contains a 'percent' or 'per-mille' character must not contain a character treated as an 'exponent-separator'",
    ),
    (
        "D3093",
        "The exponent part of the sub-picture must comprise only of one or more characters that are members of the 'decimal digit family'",
    ),
    (
        "D3100",
        "The radix of the formatBase function must be between 2 and 36.  It was given {{value}}",
    ),
    (
        "D3110",
        "The argument of the toMillis function must be an ISO 8601 formatted timestamp. Given {{value}}",
    ),
    (
        "D3130",
        "Formatting or parsing an integer as a sequence starting with {{value}} is not supported by this implementation",
    ),
    ("D3131", "In a decimal digit pattern, all digits must be from the same decimal group"),
    ("D3132", "Unknown component specifier {{value}} in date/time picture string"),
    (
        "D3133",
        "The 'name' modifier can only be applied to months and days in the date/time picture string, not {{value}}",
    ),
    ("D3134", "The timezone integer format specifier cannot have more than four digits"),
    ("D3135", "No matching closing bracket ']' in date/time picture string"),
    ("D3136", "The date/time picture string is missing specifiers required to parse the timestamp"),
    ("D3137", "{{{message}}}"),
    (
        "D3138",
        "The $single() function expected exactly 1 matching result.  Instead it matched more.",
    ),
    ("D3139", "The $single() function expected exactly 1 matching result.  Instead it matched 0."),
    ("D3140", "Malformed URL passed to ${{{functionName}}}(): {{value}}"),
    ("D3141", "{{{message}}}"),
    ("S0101", "String literal must be terminated by a matching quote"),
    ("S0102", "Number out of range: {{token}}"),
    ("S0103", "Unsupported escape sequence: \\{{token}}"),
    ("S0104", "The escape sequence \\u must be followed by 4 hex digits"),
    ("S0105", "Quoted property name must be terminated with a backquote (`)"),
    ("S0106", "Comment has no closing tag"),
    ("S0201", "Syntax error: {{token}}"),
    ("S0202", "Expected {{value}}, got {{token}}"),
    ("S0203", "Expected {{value}} before end of expression"),
    ("S0204", "Unknown operator: {{token}}"),
    ("S0207", "Unexpected end of expression"),
    ("S0208", "Parameter {{value}} of function definition must be a variable name (start with $)"),
    ("S0209", "A predicate cannot follow a grouping expression in a step"),
    ("S0210", "Each step can only have one grouping expression"),
    ("S0211", "The symbol {{token}} cannot be used as a unary operator"),
    ("S0212", "The left side of := must be a variable name (start with $)"),
    ("S0213", "The literal value {{value}} cannot be used as a step within a path expression"),
    ("S0214", "The right side of {{token}} must be a variable name (start with $)"),
    ("S0215", "A context variable binding must precede any predicates on a step"),
    ("S0216", "A context variable binding must precede the 'order-by' clause on a step"),
    ("S0217", "The object representing the 'parent' cannot be derived from this expression"),
    ("S0301", "Empty regular expressions are not allowed"),
    ("S0302", "No terminating / in regular expression"),
    ("S0303", "The regular expression {{value}} is not supported: {{{message}}}"),
    ("S0401", "Type parameters can only be applied to functions and arrays"),
    ("S0402", "Choice groups containing parameterized types are not supported"),
    ("T0410", "Argument {{index}} of function {{token}} does not match function signature"),
    (
        "T0411",
        "Context value is not a compatible type with argument {{index}} of function {{token}}",
    ),
    ("T0412", "Argument {{index}} of function {{token}} must be an array of {{type}}"),
    ("T1003", "Key in object structure must evaluate to a string; got: {{value}}"),
    ("T1005", "Attempted to invoke a non-function. Did you mean ${{{name}}}?"),
    ("T1006", "Attempted to invoke a non-function"),
    ("T1007", "Attempted to partially apply a non-function. Did you mean ${{{name}}}?"),
    ("T1008", "Attempted to partially apply a non-function"),
    (
        "T1010",
        "The matcher function argument passed to function {{token}} does not return the correct object structure",
    ),
    ("T2001", "The left side of the {{token}} operator must evaluate to a number"),
    ("T2002", "The right side of the {{token}} operator must evaluate to a number"),
    ("T2003", "The left side of the range operator (..) must evaluate to an integer"),
    ("T2004", "The right side of the range operator (..) must evaluate to an integer"),
    ("T2006", "The right side of the function application operator ~> must be a function"),
    ("T2007", "Type mismatch when comparing values {{value}} and {{value2}} in order-by clause"),
    (
        "T2008",
        "The expressions within an order-by clause must evaluate to numeric or string values",
    ),
    (
        "T2009",
        "The values {{value}} and {{value2}} either side of operator {{token}} must be of the same data type",
    ),
    (
        "T2010",
        "The expressions either side of operator {{token}} must evaluate to numeric or string values",
    ),
    (
        "T2011",
        "The insert/update clause of the transform expression must evaluate to an object: {{value}}",
    ),
    (
        "T2012",
        "The delete clause of the transform expression must evaluate to a string or array of strings: {{value}}",
    ),
    (
        "T2013",
        "The transform expression clones the input object using the $clone() function.  This has been overridden in the current scope by a non-function.",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_stand_in_order_so_that_they_are_found() {
        assert!(TEMPLATES.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }

    #[test]
    fn placeholders_are_filled_as_json_or_as_they_are() {
        let error =
            fault("T0412").token("sum").with("index", 1).with("type", "numbers").into_error();
        assert_eq!(error.message, "Argument 1 of function \"sum\" must be an array of \"numbers\"");
        assert_eq!(error.token.as_deref(), Some("sum"));
        let error = fault("T1005").with("name", "sum").into_error();
        assert_eq!(error.message, "Attempted to invoke a non-function. Did you mean $sum?");
    }
}
