using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Cli;

/// <summary>A line of the input, ready to be sampled.</summary>
/// <param name="Number">Its line in the file, from 1.</param>
/// <param name="Id">As it stands there; null where it has none.</param>
/// <param name="Text">What the model is given.</param>
/// <param name="Prompt">The same as tokens.</param>
/// <param name="MaxTokens">Budget of the answer; prompt and budget fit into the model's context.</param>
/// <param name="Stream">The random numbers of its answer.</param>
internal sealed record GenerationLine(int Number, JsonElement? Id, string Text, int[] Prompt, int MaxTokens, RandomStream Stream);
