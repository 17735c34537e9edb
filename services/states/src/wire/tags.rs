//! Tags of state machines and activities.

aws::structures! { Camel;
    pub(crate) struct Tag {
        optional key: String [length(1, 128)],
        optional value: String [length(0, 256)],
    }

    /// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_TagResource.html>
    pub(crate) struct TagResourceInput {
        required resource_arn: String [length(1, 256)],
        required tags: Vec<Tag>,
    }

    /// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_UntagResource.html>
    pub(crate) struct UntagResourceInput {
        required resource_arn: String [length(1, 256)],
        required tag_keys: Vec<String>,
    }

    /// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListTagsForResource.html>
    pub(crate) struct ListTagsForResourceInput {
        required resource_arn: String [length(1, 256)],
    }
    pub(crate) struct ListTagsForResourceOutput {
        required tags: Vec<Tag>,
    }
}
