//! What these tests need of S3: objects in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use json::Value;

use crate::scripted::Scripted;

/// Objects by `bucket/key`.
pub(crate) type Objects = Arc<Mutex<BTreeMap<String, Vec<u8>>>>;

pub(crate) fn objects<'a>(of: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Objects {
    let of = of.into_iter().map(|(path, bytes)| (path.to_owned(), bytes.to_vec()));
    Arc::new(Mutex::new(of.collect()))
}

pub(crate) fn s3(objects: &Objects) -> Scripted {
    let objects = Arc::clone(objects);
    Scripted::new("s3", move |operation, body| {
        let text = |name: &str| body.get(name).and_then(|it| it.as_str().map(str::to_owned));
        let bucket = text("Bucket").unwrap();
        let path = || format!("{bucket}/{}", text("Key").unwrap());
        let mut objects = objects.lock().unwrap();
        match operation {
            "GetObject" => {
                let object = objects.get(&path()).ok_or_else(|| {
                    aws::Error::client("NoSuchKey", "The specified key does not exist.")
                })?;
                part(object, text("Range").as_deref().unwrap_or("bytes=0-4194303"))
            }
            "PutObject" => {
                objects.insert(path(), STANDARD.decode(text("Body").unwrap()).unwrap());
                Ok("{}".to_owned())
            }
            "ListObjectsV2" => Ok(page(
                &objects,
                &format!("{bucket}/{}", text("Prefix").unwrap_or_default()),
                text("ContinuationToken").as_deref(),
            )),
            _ => Err(aws::Error::unknown_operation()),
        }
    })
}

fn part(object: &[u8], range: &str) -> Result<String, aws::Error> {
    let (first, last) = range.trim_start_matches("bytes=").split_once('-').unwrap();
    let (first, last): (usize, usize) = (first.parse().unwrap(), last.parse().unwrap());
    if object.len() <= first {
        return Err(aws::Error::client("InvalidRange", "The requested range is not satisfiable"));
    }
    let end = object.len().min(last + 1);
    Ok(Value::object([
        ("Body", STANDARD.encode(&object[first..end])),
        ("ContentRange", format!("bytes {first}-{}/{}", end - 1, object.len())),
        ("ETag", format!("\"{}\"", object.len())),
    ])
    .to_string())
}

/// Two objects a page.
fn page(objects: &BTreeMap<String, Vec<u8>>, prefix: &str, after: Option<&str>) -> String {
    let key = |path: &str| path.split_once('/').unwrap().1.to_owned();
    let found: Vec<_> = objects
        .iter()
        .filter(|(path, _)| path.starts_with(prefix))
        .filter(|(path, _)| after.is_none_or(|after| *after < *key(path)))
        .collect();
    let contents = found.iter().take(2).map(|(path, object)| {
        let mut listed = json::Object::new();
        listed.insert("Key", key(path));
        listed.insert("LastModified", Value::parse("1669769998.5").unwrap());
        listed.insert("ETag", "\"e\"");
        listed.insert("Size", object.len() as i64);
        listed.insert("StorageClass", "STANDARD");
        Value::from(listed)
    });
    let mut page = json::Object::new();
    page.insert("Contents", Value::array(contents));
    if 2 < found.len() {
        page.insert("NextContinuationToken", key(found[1].0));
    }
    Value::from(page).to_string()
}
