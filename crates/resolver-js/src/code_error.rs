use oxc_span::Span;

/// Something in code that AppSync refuses, as `detail.codeErrors` and EvaluateCode show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeError {
    pub error_type: &'static str,
    /// `code.js(5,3): error: …`, ended by a line feed.
    pub value: String,
    pub line: u32,
    pub column: u32,
    /// How many characters it takes.
    pub span: u32,
    /// The rule of AWS's lint that it breaks, or ours where that has none.
    pub rule: Option<&'static str>,
}

impl CodeError {
    /// Code that can't be read, or names what isn't there. AWS reads code by the TypeScript compiler and shows its words
    /// (terraform-provider-aws#30760).
    pub const PARSE_ERROR: &'static str = "PARSE_ERROR";
    /// Code that can be read but that the runtime leaves out.
    pub const UNSUPPORTED_SYNTAX: &'static str = "UNSUPPORTED_SYNTAX";

    /// There is no memory to read the code with.
    pub(crate) fn unreadable() -> CodeError {
        let value = "code.js(1,1): error: The code can't be read.\n".to_owned();
        CodeError {
            error_type: CodeError::PARSE_ERROR,
            value,
            line: 1,
            column: 1,
            span: 0,
            rule: None,
        }
    }

    pub(crate) fn new(
        error_type: &'static str,
        message: impl std::fmt::Display,
        places: &Places<'_>,
        span: Span,
    ) -> CodeError {
        let (line, column) = places.of(span.start);
        let taken = places.source.get(span.start as usize..span.end as usize).unwrap_or_default();
        CodeError {
            error_type,
            value: format!("code.js({line},{column}): error{message}\n"),
            line,
            column,
            span: taken.chars().count() as u32,
            rule: None,
        }
    }
}

/// Tells lines and columns of offsets, both counted from one.
pub(crate) struct Places<'a> {
    source: &'a str,
    is_ascii: bool,
    /// Where each line starts.
    lines: Vec<u32>,
}

impl<'a> Places<'a> {
    pub(crate) fn new(source: &'a str) -> Places<'a> {
        let ends = source.match_indices('\n').map(|(at, _)| at as u32 + 1);
        Places {
            source,
            is_ascii: source.is_ascii(),
            lines: std::iter::once(0).chain(ends).collect(),
        }
    }

    pub(crate) fn of(&self, offset: u32) -> (u32, u32) {
        let line = self.lines.partition_point(|start| *start <= offset);
        let start = self.lines.get(line - 1).copied().unwrap_or_default();
        let before = self.source.get(start as usize..offset as usize).unwrap_or_default();
        let columns = if self.is_ascii { before.len() } else { before.encode_utf16().count() };
        (line as u32, columns as u32 + 1)
    }
}
