// Package report writes what is known of runs as one HTML page that needs
// nothing from outside: no script, no style sheet, no picture of another file.
//
//	page := report.Page([]*report.Run{sparse, dense})
//
// Of each run it shows the configuration and results, how training went
// (metrics.jsonl), units by class, the weights with the units that are gone at
// their original places (figures 4 and 5 of Wen et al., ICLR 2018), how long the
// components are before and after (figure 6), and the component as groups/draw
// draws it (figures 2 and 3). Of several runs it shows what they cost against
// how good they are.
//
// A run that is still going, was stopped, or has lost a file is shown as far as
// it is there, and the page says what is missing. The same runs give the same
// bytes, whenever they are drawn.
package report
