using System.Text.Json.Nodes;
using Deliberate.Core;
using Deliberate.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace Deliberate.Models.Tests;

public sealed class ModelConfigurationTests : IDisposable
{
    internal static readonly string[] Supported =
    [
        "LlamaForCausalLM", "Qwen2ForCausalLM", "Qwen3ForCausalLM", "MistralForCausalLM", "SmolLM3ForCausalLM", "Gemma2ForCausalLM", "Gemma3ForCausalLM", "Olmo2ForCausalLM",
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Both_spellings_give_equal_configurations_and_a_saved_one_a_third()
    {
        var cases = 0;
        foreach (var folder in Folders())
        {
            var configuration = ModelConfiguration.Load(folder);
            File.Copy(Path.Combine(folder, "config_v4.json"), _folder.File("config.json"), overwrite: true);
            ModelConfiguration.Load(_folder.Path).ShouldBe(configuration, folder);
            configuration.Save(_folder.Path);
            ModelConfiguration.Load(_folder.Path).ShouldBe(configuration, folder);
            var bytes = File.ReadAllBytes(_folder.File("config.json"));
            ModelConfiguration.Load(_folder.Path).Save(_folder.Path);
            File.ReadAllBytes(_folder.File("config.json")).ShouldBe(bytes);
            cases++;
        }

        cases.ShouldBeGreaterThan(0);
        TestContext.Current.TestOutputHelper?.WriteLine($"{cases} folders");
    }

    [Fact]
    public void Names_and_shapes_are_those_of_the_checkpoints()
    {
        var cases = 0;
        foreach (var folder in Folders())
        {
            var configuration = ModelConfiguration.Load(folder);
            using var source = WeightSource.Open(folder);
            var parameters = ParameterNames.Of(configuration);
            parameters.Select(p => p.Name).Order(StringComparer.Ordinal).ShouldBe(source.Names.Order(StringComparer.Ordinal), folder);
            ParameterNames.Check(configuration, source);
            ParameterNames.Count(configuration).ShouldBe(SharedFolder.Json("fixtures", "models", Path.GetFileName(folder), "golden.json").GetProperty("parameters").GetInt64());
            Should.Throw<UserError>(() => ParameterNames.Check(configuration with { HiddenSize = 65 }, source)).Field.ShouldBe("model.embed_tokens.weight");
            Should.Throw<UserError>(() => ParameterNames.Check(configuration with { LayerCount = 9 }, source)).File.ShouldBe(source.Path);
            cases++;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{cases} folders");
    }

    [Fact]
    public void Every_shared_checkpoint_is_of_a_supported_architecture() =>
        Directory.GetDirectories(SharedFolder.Path("fixtures", "models")).Order(StringComparer.Ordinal).ShouldBe(Folders());

    [Fact]
    public void Other_architectures_are_refused_by_name_with_the_list()
    {
        _folder.Write("config.json", """{"architectures":["FalconForCausalLM"],"model_type":"falcon"}""");
        var error = Should.Throw<UserError>(() => ModelConfiguration.Load(_folder.Path));
        error.Field.ShouldBe("architectures");
        error.Message.ShouldContain("FalconForCausalLM");
        foreach (var supported in Supported) error.Message.ShouldContain(supported);
    }

    [Theory]
    [InlineData("gemma2_softcap", "attn_logit_softcapping", "0")]
    [InlineData("gemma2_softcap", "layer_types", "[\"full_attention\"]")]
    [InlineData("gemma2_softcap", "use_bidirectional_attention", "true")]
    [InlineData("gemma3", "sliding_window", "0")]
    [InlineData("gemma3", "query_pre_attn_scalar", "-1")]
    [InlineData("gemma3", "rope_parameters.sliding_attention", "[]")]
    [InlineData("smollm3_nope", "no_rope_layers", "[1, 0]")]
    [InlineData("smollm3_nope", "no_rope_layers[0]", "2")]
    [InlineData("mistral_sliding", "sliding_window", "\"13\"")]
    public void A_bad_value_of_one_family_names_file_and_field(string folder, string field, string value)
    {
        var config = JsonNode.Parse(File.ReadAllText(SharedFolder.Path("fixtures", "models", folder, "config.json")))!;
        if (field.EndsWith("[0]", StringComparison.Ordinal)) config[field[..^3]]![0] = JsonNode.Parse(value);
        else if (field.Split('.') is [var outer, var inner]) config[outer]![inner] = JsonNode.Parse(value);
        else config[field] = JsonNode.Parse(value);
        var path = _folder.Write("config.json", config.ToJsonString());
        var error = Should.Throw<UserError>(() => ModelConfiguration.Load(_folder.Path));
        (error.File, error.Field).ShouldBe((path, field));
    }

    [Fact]
    public void What_published_files_leave_out_is_as_the_library_has_it()
    {
        var mistral = Without("mistral_sliding", "sliding_window");
        mistral.SlidingWindow.ShouldBe(4096);
        Without("mistral_sliding", "nothing", config => config["sliding_window"] = null).SlidingWindow.ShouldBeNull();
        var gemma = Without("gemma2_softcap", "layer_types", config =>
        {
            foreach (var name in new[] { "attn_logit_softcapping", "tie_word_embeddings", "hidden_activation" }) config.AsObject().Remove(name);
            config["final_logit_softcapping"] = null;
        });
        (gemma.AttentionSoftCap, gemma.LogitSoftCap, gemma.TieWordEmbeddings, gemma.Activation, gemma.SlidingLayers).ShouldBe((50, null, true, Tensors.ActivationKind.TanhGelu, [0]));
        var gemma3 = Without("gemma3", "layer_types", config => config["num_hidden_layers"] = 7);
        gemma3.SlidingLayers.ShouldBe([0, 1, 2, 3, 4, 6]);
        (gemma3.RopeOf(5)!.Theta, gemma3.RopeOf(6)!.Theta).ShouldBe((1_000_000, 10_000));
        Without("smollm3_nope", "no_rope_layers", config => config["num_hidden_layers"] = 8).UnrotatedLayers.ShouldBe([3, 7]);

        ModelConfiguration Without(string folder, string field, Action<JsonNode>? change = null)
        {
            var config = JsonNode.Parse(File.ReadAllText(SharedFolder.Path("fixtures", "models", folder, "config.json")))!;
            config.AsObject().Remove(field);
            if (change is not null)
            {
                config.AsObject().Remove("layer_types");
                change(config);
            }

            _folder.Write("config.json", config.ToJsonString());
            return ModelConfiguration.Load(_folder.Path);
        }
    }

    [Theory]
    [InlineData("hidden_size", "0")]
    [InlineData("hidden_size", "-64")]
    [InlineData("hidden_size", "1e30")]
    [InlineData("hidden_size", "64.5")]
    [InlineData("hidden_size", "\"64\"")]
    [InlineData("num_hidden_layers", "1000000000")]
    [InlineData("num_key_value_heads", "3")]
    [InlineData("head_dim", "15")]
    [InlineData("vocab_size", "[320]")]
    [InlineData("vocab_size", "null")]
    [InlineData("rms_norm_eps", "0")]
    [InlineData("rms_norm_eps", "1e999")]
    [InlineData("tie_word_embeddings", "1")]
    [InlineData("hidden_act", "\"relu\"")]
    [InlineData("eos_token_id", "[2, 320]")]
    [InlineData("eos_token_id", "\"x\"")]
    [InlineData("architectures", "\"LlamaForCausalLM\"")]
    [InlineData("quantization_config", "{}")]
    [InlineData("rope_parameters.rope_type", "\"longrope\"")]
    [InlineData("rope_parameters.rope_theta", "0")]
    [InlineData("rope_parameters", "5")]
    public void A_bad_value_is_one_error_that_names_file_and_field(string field, string value)
    {
        var config = JsonNode.Parse(File.ReadAllText(SharedFolder.Path("fixtures", "models", "llama", "config.json")))!;
        var parts = field.Split('.');
        (parts.Length == 2 ? config[parts[0]]! : config)[parts[^1]] = JsonNode.Parse(value);
        var path = _folder.Write("config.json", config.ToJsonString());
        var error = Should.Throw<UserError>(() => ModelConfiguration.Load(_folder.Path));
        (error.File, error.Field).ShouldBe((path, field));
    }

    [Fact]
    public void Absent_fields_take_the_defaults_of_the_library()
    {
        _folder.Write("config.json", """{"model_type":"llama","vocab_size":10,"hidden_size":32,"intermediate_size":40,"num_hidden_layers":1,"num_attention_heads":4,"head_dim":null,"eos_token_id":[3,4,3],"pad_token_id":-1}""");
        var configuration = ModelConfiguration.Load(_folder.Path);
        (configuration.KeyValueHeadCount, configuration.HeadSize, configuration.Rope, configuration.NormEpsilon).ShouldBe((4, 8, new RopeSettings(), 1e-6));
        (configuration.EosTokenIds, configuration.PadTokenId, configuration.BosTokenId).ShouldBe(([3, 4], null, null));
    }

    [Fact]
    public void A_sliding_window_counts_only_where_it_is_switched_on()
    {
        var config = JsonNode.Parse(File.ReadAllText(SharedFolder.Path("fixtures", "models", "qwen2", "config_v4.json")))!;
        config["use_sliding_window"] = true;
        _folder.Write("config.json", config.ToJsonString());
        var configuration = ModelConfiguration.Load(_folder.Path);
        configuration.SlidingWindow.ShouldBe(8);
        configuration.SlidingLayers.ShouldBe([1]);
        configuration.Slides(0).ShouldBeFalse();
        configuration.Save(_folder.Path);
        ModelConfiguration.Load(_folder.Path).ShouldBe(configuration);
    }

    [Fact]
    public void Damaged_configurations_give_a_user_error_or_load()
    {
        var good = File.ReadAllBytes(SharedFolder.Path("fixtures", "models", "llama_rope_yarn", "config.json"));
        int cases = 0, loaded = 0;
        for (var i = 0; i < good.Length; i++)
        {
            foreach (var value in new[] { (byte)(good[i] ^ 1), (byte)'9', (byte)'-', (byte)'"', (byte)0xFF })
            {
                var bad = (byte[])good.Clone();
                bad[i] = value;
                cases++;
                if (LoadsOrUserError(bad)) loaded++;
            }
        }

        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes => { LoadsOrUserError(bytes); }).QuickCheckThrowOnFailure();
        TestContext.Current.TestOutputHelper?.WriteLine($"{cases} damaged configurations, {loaded} still load");
    }

    [Fact]
    public void A_duplicate_key_and_broken_syntax_name_the_place()
    {
        _folder.Write("config.json", """{"vocab_size":1,"vocab_size":2}""");
        var error = Should.Throw<UserError>(() => ModelConfiguration.Load(_folder.Path));
        error.File.ShouldBe(_folder.File("config.json"));
        error.Problem.ShouldContain("twice");
        error.Problem.ShouldContain("vocab_size");
        _folder.Write("config.json", "{\n\"vocab_size\": ?}");
        Should.Throw<UserError>(() => ModelConfiguration.Load(_folder.Path)).Line.ShouldBe(2);
    }

    internal static IEnumerable<string> Folders() =>
        Directory.GetDirectories(SharedFolder.Path("fixtures", "models")).Where(f => Supported.Contains(ClassName(f))).Order(StringComparer.Ordinal);

    private static string ClassName(string folder) => SharedFolder.Json("fixtures", "models", Path.GetFileName(folder), "config.json").GetProperty("architectures")[0].GetString()!;

    private bool LoadsOrUserError(byte[] bytes)
    {
        _folder.Write("config.json", bytes);
        try
        {
            var configuration = ModelConfiguration.Load(_folder.Path);
            RotaryTable.InverseFrequencies(configuration, out _);
            ParameterNames.Of(configuration with { LayerCount = 1 });
            return true;
        }
        catch (UserError error)
        {
            error.File.ShouldBe(_folder.File("config.json"));
            return false;
        }
    }
}
