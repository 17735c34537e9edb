//! Tags of functions.

use std::collections::BTreeMap;

aws::structures! { Pascal;
    /// <https://docs.aws.amazon.com/lambda/latest/api/API_TagResource.html>
    pub(crate) struct TagResourceInput {
        required resource: String [length(1, 256)],
        required tags: BTreeMap<String, String>,
    }
    /// <https://docs.aws.amazon.com/lambda/latest/api/API_UntagResource.html>
    pub(crate) struct UntagResourceInput {
        required resource: String [length(1, 256)],
        required tag_keys: Vec<String>,
    }
    /// <https://docs.aws.amazon.com/lambda/latest/api/API_ListTags.html>
    pub(crate) struct ListTagsInput {
        required resource: String [length(1, 256)],
    }
    pub(crate) struct ListTagsOutput {
        required tags: BTreeMap<String, String>,
    }
}
