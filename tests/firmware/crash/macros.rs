//! In place of cortex-m-rt-macros, whose own dependencies need cargo: main.rs writes out by hand
//! what the attributes would.
extern crate proc_macro;
use proc_macro::TokenStream;

#[proc_macro_attribute]
pub fn entry(_: TokenStream, item: TokenStream) -> TokenStream {
    item
}

#[proc_macro_attribute]
pub fn exception(_: TokenStream, item: TokenStream) -> TokenStream {
    item
}

#[proc_macro_attribute]
pub fn interrupt(_: TokenStream, item: TokenStream) -> TokenStream {
    item
}

#[proc_macro_attribute]
pub fn pre_init(_: TokenStream, item: TokenStream) -> TokenStream {
    item
}
