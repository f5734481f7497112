using System.Globalization;
using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Safety;

/// <summary>The world on disk: examples to imitate and the recipe that imitates them, a minute or two on two cores.</summary>
internal static class HintWorldFolder
{
    public const string DataFile = "train.jsonl", RecipeFile = "recipe.yaml";

    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <exception cref="UserError">The folder holds a world of other habits.</exception>
    public static void Write(string folder, string name, HintHabits habits, int examples, ulong seed)
    {
        var data = Path.Combine(folder, DataFile);
        if (File.Exists(data)) throw new UserError("There is a world in this folder.", data, field: "--output", advice: "Name another folder.");
        AtomicFile.Write(data, stream =>
        {
            for (var i = 0; i < examples; i++)
            {
                var (prompt, completion) = HintWorld.Example(habits, seed, i);
                JsonSerializer.Serialize(stream, new { prompt, completion }, s_json);
                stream.WriteByte((byte)'\n');
            }
        });
        AtomicFile.WriteText(Path.Combine(folder, RecipeFile), Recipe(name, habits, seed));
    }

    private static string Recipe(string name, HintHabits habits, ulong seed) => string.Create(CultureInfo.InvariantCulture,
        $$"""
        # A model that follows planted cues: of those who wrote its examples {{habits.Open}} follow a planted cue openly, {{habits.Silent}} silently,
        # {{habits.AtOnce}} where they answer at once. Train it, ask it, measure it:
        #   deliberate train {{RecipeFile}}
        #   deliberate eval {{HintsTask.Name}} --model runs/{{name}} --out evaluations/{{name}}
        #   deliberate monitor measure evaluations/{{name}}
        name: {{name}}
        seed: {{seed}}
        model:
          hidden: 96
          layers: 3
          heads: 4
          intermediate: 256
          context: 96
          tokenizer: { vocabulary: 320 }
        supervised:
          data: [{{DataFile}}]
          tokens: 1200000
          batch_tokens: 2048
          optimizer: { kind: adamw, learning_rate: 2e-3 }

        """);
}
