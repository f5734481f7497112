using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>Worked solutions of a family as examples to imitate; of those that are episodes the writer's turns, and not what the environment replied.</summary>
internal static class CorpusExamples
{
    public static SupervisedExample Of(ProblemEncoder encoder, CorpusExample drawn, TrainRecipe recipe)
    {
        if (drawn.Solution.Turns.Count > 0) return Played(encoder, drawn, recipe.Environment ?? new());
        var (ids, first) = encoder.Example(drawn.Prompt, recipe.Family.ChainOfThought ? drawn.Completion : drawn.DirectAnswer);
        return new SupervisedExample(ids, first);
    }

    private static SupervisedExample Played(ProblemEncoder encoder, CorpusExample drawn, EnvironmentRecipe recipe)
    {
        var text = new EpisodeText(encoder, recipe.Role);
        var tokens = new List<int>(encoder.Prompt(drawn.Problem));
        var targets = new List<bool>(Enumerable.Repeat(false, tokens.Count));
        foreach (var turn in drawn.Solution.Turns)
        {
            Add([.. encoder.Tokenizer.Encode(turn.Said), encoder.EndId], isTarget: true);
            if (turn.Reply is { } reply) Add(text.Of(reply, encoder.EndId, recipe.ReplyTokens).Tokens, isTarget: false);
        }

        return SupervisedExample.Of([.. tokens], [.. targets]);

        void Add(int[] more, bool isTarget)
        {
            tokens.AddRange(more);
            targets.AddRange(Enumerable.Repeat(isTarget, more.Length));
        }
    }
}
