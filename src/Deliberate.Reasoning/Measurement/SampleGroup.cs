namespace Deliberate.Reasoning;

/// <summary>The samples of one problem.</summary>
/// <param name="Prompt">The tokens that the model was given.</param>
internal sealed record SampleGroup(Problem Problem, int[] Prompt, ScoredSample[] Samples);
