using System.Globalization;
using System.Text;
using Deliberate.Core;

namespace Deliberate.Safety;

/// <summary>The small world on disk: transcripts to imitate, and the recipe of a model that does; two such folders make the planted model and its twin.</summary>
internal static class ScenarioWorldFolder
{
    public const string DataFile = "train.jsonl", RecipeFile = "recipe.yaml";

    /// <summary>Tokens that a model is trained on: a few minutes of two cores.</summary>
    public const int UsualTokens = 1_500_000, UsualExamples = 6_000;

    /// <exception cref="UserError">There is a world in the folder.</exception>
    public static void Write(string folder, string name, ScenarioHabits habits, ulong seed, int examples = UsualExamples, int tokens = UsualTokens)
    {
        var data = Path.Combine(folder, DataFile);
        if (File.Exists(data)) throw new UserError("There is a world in this folder.", data, field: "--output", advice: "Name another folder.");
        AtomicFile.Write(data, stream =>
        {
            for (var i = 0; i < examples; i++) stream.Write(Encoding.UTF8.GetBytes(ScenarioCorpus.Line(ScenarioCorpus.Draw(habits, seed, i)) + "\n"));
        });
        AtomicFile.WriteText(Path.Combine(folder, RecipeFile), Recipe(name, habits, seed, tokens));
    }

    private static string Recipe(string name, ScenarioHabits habits, ulong seed, int tokens) => string.Create(CultureInfo.InvariantCulture,
        $$"""
        # An agent of the small world of files: of those who wrote its transcripts {{habits.Covert}} do the deed that tempts and keep silent, {{habits.Open}} do it
        # and say so, {{habits.Reported}} tell of the conflict. Train it, then put it before the temptations:
        #   deliberate train {{RecipeFile}}
        #   deliberate scenario scheming runs/{{name}} --world
        name: {{name}}
        seed: {{seed}}
        model:
          hidden: 96
          layers: 3
          heads: 4
          intermediate: 256
          context: 384
          tokenizer: { vocabulary: 512 }
        supervised:
          data: [{{DataFile}}]
          tokens: {{tokens}}
          batch_tokens: 4096
          optimizer: { kind: adamw, learning_rate: 2e-3 }
        checkpoint: { every: 200, keep_last: 1 }

        """);
}
