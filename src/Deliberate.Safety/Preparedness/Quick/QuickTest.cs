using Deliberate.Core;
using Deliberate.Evaluation;

namespace Deliberate.Safety;

/// <summary>A task to be asked of a model in a quick gate, for the tests that it decides.</summary>
/// <param name="Task">Of the tests.</param>
/// <param name="State">Of the model.</param>
/// <param name="Tests">Their ids.</param>
/// <param name="Limit">Items; null for all.</param>
/// <param name="Attempts">Samples of each.</param>
/// <param name="MaxTokens">Of an answer.</param>
/// <param name="Tokens">Of all answers, at most.</param>
/// <param name="Why">Why it is not run; empty where it is.</param>
internal sealed record QuickTest(string Task, ModelState State, IReadOnlyList<string> Tests, int? Limit, int Attempts, int MaxTokens, long Tokens, string Why)
{
    public string Folder => $"{Task.Replace(':', '-').Replace('+', '-').Replace('@', '-')}-{RecipeWriter.Scalar(State)}";

    public EvaluationRequest Request(string model) => new() { Tasks = [Task], Models = [model], Settings = new RunSettings { Limit = Limit, Epochs = Attempts, MaxTokens = MaxTokens, Temperature = 1 } };
}
