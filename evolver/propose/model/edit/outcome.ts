/** What comes of one edit: the whole new text of the file, or what is wrong, in words for the model. */
export type Edited = { readonly text: string } | { readonly problem: string };
