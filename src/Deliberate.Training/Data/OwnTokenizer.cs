using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>
/// The text format of a new model: its family's closed alphabet, or a byte-pair encoding trained on the user's files, in which any
/// text can be written; and the plain form of conversations where the data holds some.
/// </summary>
internal static class OwnTokenizer
{
    /// <summary>Of a model that begins with this recipe.</summary>
    public static TextFormat For(TrainRecipe recipe)
    {
        var hasOwn = recipe.Supervised.Data.Count > 0 || recipe.Problems is not null;
        var isTrained = recipe.Model.Tokenizer.Kind switch { TokenizerKind.Auto => hasOwn, TokenizerKind.Bpe => true, _ => false };
        if (!isTrained) return WithChat(ProblemEncoder.FormatFor(recipe.Family.Instance), recipe);
        // The files are long, so what the template depends on is seen in the pass that the tokenizer takes.
        var converses = false;
        var format = TrainedOn(Texts(recipe, line => converses |= line.Messages is not null), recipe.Model.Tokenizer.Vocabulary);
        return converses && ReadsTurns(recipe) ? format with { ChatTemplate = PlainChat.Template } : format;
    }

    /// <summary>The format that a run goes on with: where the data holds conversations and the model has no template, the plain one.</summary>
    public static TextFormat WithChat(TextFormat format, TrainRecipe recipe) =>
        format.ChatTemplate is null && ReadsTurns(recipe) && recipe.Supervised.Data.Any(file => SupervisedFile.Read(file).Any(line => line.Messages is not null)) ? format with { ChatTemplate = PlainChat.Template } : format;

    private static bool ReadsTurns(TrainRecipe recipe) => recipe is { RewardModel: null, Preference: null };

    /// <summary>A format whose tokenizer is trained on these texts.</summary>
    public static TextFormat TrainedOn(IEnumerable<string> texts, int vocabulary)
    {
        string[] special = [ProblemEncoder.EndToken, ChainOfThought.OpeningTag, ChainOfThought.ClosingTag, ProblemEncoder.PadToken];
        return ProblemEncoder.FormatOf(BpeTrainer.Train(texts, vocabulary, special, new BpeTrainerOptions { PreTokenizer = "smollm", ShownTokens = ChainOfThought.Tags }));
    }

    private static IEnumerable<string> Texts(TrainRecipe recipe, Action<SupervisedLine> onLine)
    {
        foreach (var file in recipe.Supervised.Data)
        {
            foreach (var line in SupervisedFile.Read(file))
            {
                onLine(line);
                foreach (var text in line.Texts) yield return text;
            }
        }

        if (recipe.Problems is not { } problems) yield break;
        foreach (var line in problems.Train.SelectMany(file => ProblemFile.Read(file, grader: null, shape: problems.Shape)))
        {
            yield return line.Prompt;
            yield return line.Answer;
        }
    }
}
