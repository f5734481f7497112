using System.Text;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>
/// Labels of steps to train a reward model on, in any of their forms. A process reward model learns each labelled step up to and including
/// the first wrong one; an outcome reward model learns at every token of the whole solution whether its answer is right.
/// </summary>
internal sealed class StepLabelReader(RewardModelRecipe recipe, TextFormat format) : IExampleReader
{
    private readonly StepwiseEncoder _encoder = new(new ProblemEncoder(format), recipe.Separator);
    private readonly int[] _labels = recipe.LabelTokens.Count > 0 ? RewardModels.LabelIds(recipe, format.Tokenizer) : [];
    private readonly IAnswerGrader _grader = AnswerGraders.Get(AnswerGraders.Default);

    public IEnumerable<ExampleLine> Read(string file)
    {
        foreach (var line in LabelFile.Read(file, recipe.Neutral))
        {
            var example = line.Example;
            var key = new StringBuilder(example.Prompt);
            foreach (var step in example.Steps) key.Append('\u0001').Append(step);
            yield return new ExampleLine(file, line.Line, key.ToString(), () => Encode(file, line));
        }
    }

    private SupervisedExample[] Encode(string file, LabelLine line)
    {
        try
        {
            return recipe.Kind == RewardModelKind.Process ? [Process(line.Example)] : Outcome(line) is { } outcome ? [outcome] : [];
        }
        catch (UserError error) when (error.File is null)
        {
            throw new UserError(error.Problem, file, line.Line, field: error.Field, advice: error.Advice, inner: error);
        }
    }

    private SupervisedExample Process(StepwiseExample example)
    {
        var end = example.FirstError < 0 ? example.Steps.Count : example.FirstError + 1;
        var encoded = _encoder.Encode(example.Prompt, [.. example.Steps.Take(end)]);
        if (_labels.Length > 0) return Said(example, encoded, end);
        int[] known = [.. Enumerable.Range(0, end).Where(i => !double.IsNaN(example.Labels[i]))];
        return new SupervisedExample(encoded.Tokens, encoded.First)
        {
            Labels = new ExampleLabels
            {
                Steps = encoded.Marks,
                Rows = [.. known.Select(i => encoded.Rows[i])],
                Targets = [.. known.Select(i => StepLabelLoss.Target(example.Labels[i], example.Neutral.Count > 0 && example.Neutral[i], recipe.Outputs))],
            },
        };
    }

    /// <summary>Behind each step the token of its likeliest label.</summary>
    private SupervisedExample Said(StepwiseExample example, EncodedSteps encoded, int end)
    {
        var targets = new int[encoded.Tokens.Length];
        Array.Fill(targets, -1);
        for (var i = 0; i < end; i++)
        {
            if (double.IsNaN(example.Labels[i])) continue;
            var target = StepLabelLoss.Target(example.Labels[i] < 0.5 ? 0 : 1, example.Neutral.Count > 0 && example.Neutral[i], recipe.Outputs);
            targets[encoded.Rows[i]] = _labels[Array.IndexOf(target, 1.0)];
        }

        return new SupervisedExample(encoded.Tokens, encoded.First) { Labels = new ExampleLabels { Said = targets } };
    }

    /// <summary>Null where nobody says whether the answer is right.</summary>
    private SupervisedExample? Outcome(LabelLine line)
    {
        var (example, question) = (line.Example, line.Labelled?.Question);
        var steps = question?.PreGeneratedSteps ?? line.Case?.Steps ?? example.Steps;
        bool? right = question is { PreGeneratedAnswer: { } given, GroundTruthAnswer: { } gold } ? _grader.Compare(gold, given) == AnswerMatch.Equal : example.IsRight ?? (example.FirstError < 0 ? true : null);
        if (right is not { } isRight) return null;
        var encoded = _encoder.Encode(example.Prompt, steps);
        int[] rows = [.. Enumerable.Range(encoded.First, encoded.Tokens.Length - encoded.First)];
        return new SupervisedExample(encoded.Tokens, encoded.First) { Labels = new ExampleLabels { Steps = encoded.Marks, Rows = rows, Targets = [.. rows.Select(_ => new[] { isRight ? 1.0 : 0 })] } };
    }
}
