//! Heads of all tasks, their losses and what they predict, against PyTorch twins and numbers worked by hand.

mod twin;

mod grouping;
