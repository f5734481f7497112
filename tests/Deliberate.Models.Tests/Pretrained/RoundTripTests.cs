using System.Text.Json;
using Deliberate.Core;
using Deliberate.Tensors;
using Deliberate.Testing;

namespace Deliberate.Models.Tests;

/// <summary>A model that was opened, saved, opened and saved again gives the same bytes, and loses nothing on the way.</summary>
public sealed class RoundTripTests : IDisposable
{
    private static readonly string[] Written = ["README.md", "config.json", "generation_config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"];

    private readonly TemporaryFolder _folder = new();
    private readonly Device _device = Device.Cpu(1);

    public static TheoryData<string> Models() => [.. GoldenModelTests.Folders().Select(f => "models/" + f), .. GoldenLogitsTests.Files().Select(f => "gguf/" + f.Data.Item1).Distinct()];

    public void Dispose()
    {
        _device.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Save_load_save_gives_the_same_bytes(string name)
    {
        var path = SharedFolder.Path(["fixtures", .. name.Split('/')]);
        var (first, second) = (_folder.File("first"), _folder.File("second"));
        using var original = PretrainedModel.Open(path);
        Save(original, first);
        using var saved = PretrainedModel.Open(first);
        Save(saved, second);
        Directory.GetFiles(first).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal).ShouldBe(Written);
        foreach (var file in Written) File.ReadAllBytes(Path.Combine(second, file)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(first, file))).ShouldBeTrue(file);

        saved.Configuration.ShouldBe(original.Configuration);
        saved.Text.StopIds.ShouldBe(original.Text.StopIds);
        saved.Text.SpecialTokens.ShouldBe(original.Text.SpecialTokens);
        saved.Text.ChatTemplate?.Source.ShouldBe(original.Text.ChatTemplate?.Source);
        saved.Text.Generation.ShouldBe(original.Text.Generation with { PadTokenId = original.Configuration.PadTokenId, TopK = original.Text.Generation.TopK ?? 0, TopP = original.Text.Generation.TopP ?? 1 });
        const string Text = "The <|im_start|>cat  saw 123 <think>naïve 日本</think>.";
        saved.Text.Tokenizer.EncodeWithOffsets(Text, addSpecialTokens: true).Offsets.ShouldBe(original.Text.Tokenizer.EncodeWithOffsets(Text, addSpecialTokens: true).Offsets);
        saved.Text.Tokenizer.Encode(Text, addSpecialTokens: true).ShouldBe(original.Text.Tokenizer.Encode(Text, addSpecialTokens: true));
        foreach (var parameter in ParameterNames.Of(original.Configuration))
        {
            var (expected, actual) = (new float[original.Weights.Info(parameter.Name).Count], new float[original.Weights.Info(parameter.Name).Count]);
            original.Weights.Read(parameter.Name, expected);
            saved.Weights.Read(parameter.Name, actual);
            actual.AsSpan().SequenceEqual(expected).ShouldBeTrue(parameter.Name);
        }
    }

    [Fact]
    public void The_tokenizer_and_template_of_a_real_gguf_file_survive()
    {
        using var original = PretrainedModel.Open(FixtureModels.SmolLm2);
        original.Text.Tokenizer.Save(_folder.File("tokenizer.json"));
        TokenizerConfiguration.Save(_folder.Path, original.Text, 8192);
        var tokenizer = Tokenizer.Load(_folder.File("tokenizer.json"));
        tokenizer.ToJson().AsSpan().SequenceEqual(File.ReadAllBytes(_folder.File("tokenizer.json"))).ShouldBeTrue();
        var settings = TokenizerConfiguration.Load(_folder.Path);
        settings.SpecialTokens.ShouldBe(original.Text.SpecialTokens);
        settings.ChatTemplate!.Source.ShouldBe(original.Text.ChatTemplate!.Source);
        var count = 0;
        foreach (var vector in TokenizerVectorTests.Lines(SharedFolder.Path("models", "smollm2-135m-instruct", "tokenizer_vectors.jsonl")).Take(60))
        {
            tokenizer.Encode(vector.GetProperty("text").GetString()!).ShouldBe(TokenizerVectorTests.Ints(vector, "ids"));
            count++;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{count} vectors");
    }

    /// <summary>
    /// What transformers wrote itself, in the spelling of version 4: a key of ours is one of its keys with its value. It writes
    /// neither <c>head_dim</c>, which its classes read, nor switched-off windows in the same way.
    /// </summary>
    [Fact]
    public void Every_key_of_config_json_is_one_of_transformers_with_its_value()
    {
        string[] ours = ["head_dim", "use_sliding_window", "sliding_window"];
        var compared = 0;
        foreach (var folder in ModelConfigurationTests.Folders())
        {
            ModelConfiguration.Load(folder).Save(_folder.Path);
            using var saved = JsonDocument.Parse(File.ReadAllText(_folder.File("config.json")));
            var theirs = SharedFolder.Json("fixtures", "models", Path.GetFileName(folder), "config_v4.json");
            foreach (var key in saved.RootElement.EnumerateObject())
            {
                if (ours.Contains(key.Name) || key.NameEquals("torch_dtype")) continue;
                if (!theirs.TryGetProperty(key.Name, out var value))
                {
                    // Left out there because it is the class's default.
                    key.Name.ShouldBeOneOf("attention_bias", "mlp_bias", "layer_types", "rope_scaling", "bos_token_id", "eos_token_id", "pad_token_id");
                    continue;
                }

                if (key.NameEquals("rope_scaling") && value.ValueKind == JsonValueKind.Object) CompareScaling(key.Value, value, Path.GetFileName(folder));
                else JsonElement.DeepEquals(key.Value, value).ShouldBeTrue($"{Path.GetFileName(folder)}: {key.Name} is {key.Value}, there {value}");
                compared++;
            }
        }

        compared.ShouldBeGreaterThan(100);
        TestContext.Current.TestOutputHelper?.WriteLine($"{compared} keys");
    }

    [Fact]
    public void Without_a_generation_configuration_the_saved_one_names_the_stop_tokens()
    {
        _folder.CopyInto("llama");
        File.Delete(_folder.File("generation_config.json"));
        using var original = PretrainedModel.Open(_folder.Path);
        Save(original, _folder.File("saved"));
        GenerationConfiguration.Load(_folder.File("saved")).ShouldBe(new GenerationConfiguration { BosTokenId = 5, EosTokenIds = [2], PadTokenId = 6, TopK = 0, TopP = 1 });
    }

    [Fact]
    public void Sixteen_bit_weights_are_saved_without_loss_in_32()
    {
        using var original = PretrainedModel.Open(FixtureModels.Folder("llama_bf16"));
        Save(original, _folder.File("saved"));
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(_folder.File("saved"), "config.json")));
        json.RootElement.GetProperty("torch_dtype").GetString().ShouldBe("float32");
        using var saved = PretrainedModel.Open(_folder.File("saved"));
        saved.Weights.Names.ShouldAllBe(n => saved.Weights.Info(n).Type == StoredType.F32);
    }

    private static void CompareScaling(JsonElement ours, JsonElement theirs, string folder)
    {
        foreach (var field in theirs.EnumerateObject())
        {
            // The oldest spelling of the kind is type.
            var name = field.NameEquals("type") ? "rope_type" : field.Name;
            ours.TryGetProperty(name, out var value).ShouldBeTrue($"{folder}: {name}");
            JsonElement.DeepEquals(value, field.Value).ShouldBeTrue($"{folder}: {name} is {value}, there {field.Value}");
        }
    }

    private void Save(PretrainedModel opened, string folder)
    {
        Directory.CreateDirectory(folder);
        using var model = opened.LoadWeights(_device);
        ModelWriter.Write(folder, model, opened.Text);
    }
}
