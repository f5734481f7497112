using System.Text.Json;
using System.Text.RegularExpressions;
using Deliberate.Core;

namespace Deliberate.Models.Tests;

/// <summary>What docs/models.md says that opens is what opens.</summary>
public sealed partial class ModelsGuideTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Architectures_and_pre_tokenizers_are_the_lists_of_the_program()
    {
        Row("architectures").ShouldBe(Architecture.All.Select(a => a.Name));
        Row("pre-tokenizers of GGUF files").Except(["tokenizer.json"]).ShouldBe(TokenizerPresets.Names);
    }

    [Fact]
    public void Stages_of_a_tokenizer_file_are_those_that_are_read()
    {
        var stages = new TokenizerStages(null);
        Check("normalizers", TokenizerStages.Normalizers, json => stages.Normalizer(json));
        Check("pre-tokenizers", TokenizerStages.PreTokenizers, json => stages.PreTokenizer(json));
        Check("decoders", TokenizerStages.Decoders, json => stages.Decoder(json));

        void Check(string row, IReadOnlyList<string> names, Action<JsonElement> read)
        {
            Row(row).ShouldBe(names);
            foreach (var name in names.Append("Wild"))
            {
                // Without its settings a stage may be refused, but not for its name.
                try
                {
                    read(JsonSerializer.SerializeToElement(new { type = name }));
                    name.ShouldNotBe("Wild");
                }
                catch (UserError error)
                {
                    error.Problem.Contains($"\"{name}\" is not supported", StringComparison.Ordinal).ShouldBe(name == "Wild", error.Message);
                }
            }
        }
    }

    [Theory]
    [InlineData("BPE", true)]
    [InlineData("Unigram", true)]
    [InlineData("WordPiece", false)]
    [InlineData("WordLevel", false)]
    public void Models_of_a_tokenizer_file_open_or_not_as_is_said(string type, bool opens)
    {
        Guide.Split('\n').Single(line => line.StartsWith("| tokenizers |", StringComparison.Ordinal)).ShouldContain(type);
        var vocabulary = type == "Unigram" ? """[["a",-1]]""" : """{"a":0}""";
        var json = $$$"""{"model":{"type":"{{{type}}}","vocab":{{{vocabulary}}},"merges":[]}}""";
        if (opens) Tokenizer.FromJson(json).Encode("a").ShouldBe([0]);
        else Should.Throw<UserError>(() => Tokenizer.FromJson(json)).Field.ShouldBe("model.type");
    }

    [Fact]
    public void Types_of_weights_are_those_that_are_read()
    {
        var types = 0;
        for (var type = 0u; type < 64; type++)
        {
            var builder = new GgufBuilder { DataBytes = 0 };
            builder.Tensor("a", type, 0, 256);
            try
            {
                using var file = GgufFile.Open(_folder.Write("a.gguf", builder.Build()));
            }
            catch (UserError error) when (error.Problem.Contains("not supported", StringComparison.Ordinal))
            {
                continue;
            }
            catch (UserError error)
            {
                // The data are missing; the size that is asked for tells the type.
                error.Problem.ShouldContain("reaches to byte");
            }

            types++;
        }

        Row("GGUF, version 2 and 3").Length.ShouldBe(types);
        foreach (var name in Row("safetensors").Concat(["F8_E4M3", "F4"]))
        {
            var bytes = SafetensorsFileTests.File("{\"a\":{\"dtype\":\"" + name + "\",\"shape\":[0],\"data_offsets\":[0,0]}}", 0);
            var path = _folder.Write("a.safetensors", bytes);
            if (name is "F8_E4M3" or "F4") Should.Throw<UserError>(() => SafetensorsFile.Open(path)).Problem.ShouldContain(name);
            else SafetensorsFile.Open(path).Dispose();
        }
    }

    private static string Guide
    {
        get
        {
            var folder = AppContext.BaseDirectory;
            while (!File.Exists(Path.Combine(folder, "Deliberate.slnx"))) folder = Path.GetDirectoryName(folder)!;
            return File.ReadAllText(Path.Combine(folder, "docs", "models.md"));
        }
    }

    /// <summary>The names in a row of the table.</summary>
    private static string[] Row(string name) =>
        [.. Name().Matches(Guide.Split('\n').Single(line => line.StartsWith($"| {name} |", StringComparison.Ordinal))).Select(m => m.Groups[1].Value)];

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Name();
}
