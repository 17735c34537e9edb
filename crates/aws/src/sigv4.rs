//! AWS Signature Version 4, verified and made.
