use std::collections::HashSet;

use json::{ParseError, Scanner, Token};

use super::{Content, Definition, Member, Node, Repeated, Span};

/// An array or object that isn't closed yet.
enum Open<'t> {
    Array(usize, Vec<Node<'t>>),
    Object(usize, Vec<Member<'t>>),
}

/// Builds the tree of a text that is known to be JSON, so that commas and colons need no check.
/// It doesn't recurse: the text may nest as deep as the parser allows.
pub(super) fn grow(text: &str) -> Result<Definition<'_>, ParseError> {
    let mut scanner = Scanner::new(text);
    let mut open: Vec<Open<'_>> = Vec::new();
    let mut repeated = Vec::new();
    loop {
        scanner.skip_blank();
        let start = scanner.at();
        let in_object = matches!(open.last(), Some(Open::Object(..)));
        if in_object && scanner.peek() == Some(b'"') {
            let name = scanner.name()?.value();
            let name_span = Span { start, end: scanner.at() };
            scanner.token()?;
            let value = Node { span: name_span, content: Content::Null };
            if let Some(Open::Object(_, members)) = open.last_mut() {
                members.push(Member { name, name_span, value });
            }
            scanner.skip_blank();
        }
        let start = scanner.at();
        let content = match scanner.token()? {
            Token::Comma | Token::Colon => continue,
            Token::ObjectStart => {
                open.push(Open::Object(start, Vec::new()));
                continue;
            }
            Token::ArrayStart => {
                open.push(Open::Array(start, Vec::new()));
                continue;
            }
            Token::ObjectEnd | Token::ArrayEnd | Token::End => match open.pop() {
                Some(Open::Object(start, members)) => {
                    note_repeated(&members, &mut repeated);
                    (start, Content::Object(members))
                }
                Some(Open::Array(start, items)) => (start, Content::Array(items)),
                None => {
                    return Err(ParseError::new("No content to map due to end-of-input", start));
                }
            },
            Token::String(string) => (start, Content::String(string.value())),
            Token::Number(digits) => (start, Content::Number(digits)),
            Token::True => (start, Content::Bool(true)),
            Token::False => (start, Content::Bool(false)),
            Token::Null => (start, Content::Null),
        };
        let (start, content) = content;
        let node = Node { span: Span { start, end: scanner.at() }, content };
        match open.last_mut() {
            Some(Open::Array(_, items)) => items.push(node),
            Some(Open::Object(_, members)) => {
                if let Some(member) = members.last_mut() {
                    member.value = node;
                }
            }
            None => {
                repeated.sort_by_key(|r: &Repeated<'_>| r.span.start);
                return Ok(Definition { text, root: node, repeated });
            }
        }
    }
}

fn note_repeated<'t>(members: &[Member<'t>], repeated: &mut Vec<Repeated<'t>>) {
    let mut seen = HashSet::with_capacity(members.len());
    for member in members {
        if !seen.insert(&*member.name) {
            repeated.push(Repeated { name: member.name.clone(), span: member.name_span });
        }
    }
}
