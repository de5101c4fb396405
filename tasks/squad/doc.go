// Package squad is the task of answering questions on paragraphs by pointing at
// a span of them, after the Stanford Question Answering Dataset.
package squad
