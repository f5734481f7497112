using System.Net;
using System.Text.RegularExpressions;

namespace Deliberate.Server.Tests;

/// <summary>Who gets in: whoever has the one-time address, from this machine, and nobody else's page.</summary>
public sealed partial class AccessGateTests(TinyRun tiny)
{
    [Fact]
    public async Task Nothing_is_shown_without_the_address_from_the_terminal()
    {
        await using var served = await Served.StartAsync(root => tiny.CopyTo(Path.Combine(root, "secret-name")));
        using var stranger = served.Client();
        foreach (var path in new[] { "/", "/runs", "/runs/secret-name", "/reports/secret-name", "/compare", "/nowhere", "/_blazor/negotiate", "/runs?token=", "/runs?token=0000", "/_framework/blazor.web.js" })
        {
            using var answer = await stranger.GetAsync(new Uri(path, UriKind.Relative));
            answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized, path);
            (await answer.Content.ReadAsStringAsync()).ShouldNotContain("secret-name");
        }

        using var post = await stranger.PostAsync(new Uri("/_blazor/negotiate?negotiateVersion=1", UriKind.Relative), null);
        post.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task An_address_lets_one_browser_in_once()
    {
        await using var served = await Served.StartAsync();
        var link = new Uri(served.Server.NewLink());
        using var first = served.Client();
        using var answer = await first.GetAsync(link);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var cookie = answer.Headers.GetValues("Set-Cookie").ShouldHaveSingleItem().ToLowerInvariant();
        cookie.ShouldContain("httponly");
        cookie.ShouldContain("samesite=strict");
        cookie.ShouldNotContain(link.Query[7..]);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("content=\"0;url=/\"");
        using var page = await first.GetAsync(new Uri("/runs", UriKind.Relative));
        page.StatusCode.ShouldBe(HttpStatusCode.OK);

        using var second = served.Client();
        using var again = await second.GetAsync(link);
        again.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await again.Content.ReadAsStringAsync()).ShouldContain("works once");
        using var other = await second.GetAsync(new Uri(served.Server.NewLink()));
        other.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("/runs?token=TOKEN&state=x", "/runs?state=x")]
    [InlineData("//elsewhere.example/?token=TOKEN", "/")]
    [InlineData("/runs/%22%3E%3Cb?token=TOKEN", "/runs/%22%3E%3Cb")]
    public async Task The_token_leaves_the_address_bar_and_leads_nowhere_else(string path, string expected)
    {
        await using var served = await Served.StartAsync();
        var token = new Uri(served.Server.NewLink()).Query[7..];
        using var client = served.Client();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(served.Server.Address + path.Replace("TOKEN", token, StringComparison.Ordinal)));
        using var answer = await client.SendAsync(request);
        (await answer.Content.ReadAsStringAsync()).ShouldContain($"content=\"0;url={expected}\"");
    }

    [Theory]
    [InlineData("elsewhere.example")]
    [InlineData("127.0.0.1.elsewhere.example")]
    [InlineData("10.0.0.1")]
    [InlineData("0.0.0.0")]
    public async Task A_host_that_is_not_this_machine_is_refused(string host)
    {
        await using var served = await Served.StartAsync();
        using var client = await served.SignInAsync();
        (await StatusAsync(client, "Host", host)).ShouldBe(HttpStatusCode.MisdirectedRequest);
        (await StatusAsync(client, "Host", $"{host}:{new Uri(served.Server.Address).Port}")).ShouldBe(HttpStatusCode.MisdirectedRequest);
    }

    [Fact]
    public async Task A_tunnel_may_have_another_port()
    {
        await using var served = await Served.StartAsync();
        using var client = await served.SignInAsync();
        (await StatusAsync(client, "Host", "localhost:9999")).ShouldBe(HttpStatusCode.OK);
        (await StatusAsync(client, "Host", "[::1]:9999")).ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("http://elsewhere.example")]
    [InlineData("http://127.0.0.1:1")]
    [InlineData("https://127.0.0.1")]
    [InlineData("null")]
    public async Task A_page_of_another_origin_is_refused(string origin)
    {
        await using var served = await Served.StartAsync();
        using var client = await served.SignInAsync();
        (await StatusAsync(client, "Origin", origin)).ShouldBe(HttpStatusCode.Forbidden);
        (await StatusAsync(client, "Origin", served.Server.Address)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_page_may_run_no_script_and_load_nothing_from_elsewhere()
    {
        await using var served = await Served.StartAsync(root => tiny.CopyTo(Path.Combine(root, "run")));
        using var client = await served.SignInAsync();
        foreach (var path in new[] { "/runs", "/runs/run", "/runs/run?view=samples", "/runs/run?view=evaluations", "/runs/run?view=facts", "/compare?a=run&b=run" })
        {
            using var answer = await client.GetAsync(new Uri(path, UriKind.Relative));
            answer.StatusCode.ShouldBe(HttpStatusCode.OK, path);
            var policy = answer.Headers.GetValues("Content-Security-Policy").ShouldHaveSingleItem();
            policy.ShouldContain("default-src 'none'");
            policy.ShouldContain("script-src 'self'");
            policy.ShouldContain("frame-ancestors 'none'");
            policy.ShouldNotContain("unsafe");
            answer.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
            answer.Headers.GetValues("Referrer-Policy").ShouldBe(["no-referrer"]);
            answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
            var html = await answer.Content.ReadAsStringAsync();
            Script().Matches(html).Select(m => m.Value).ShouldHaveSingleItem(path).ShouldStartWith("<script src=\"/assets/");
            Inline().Matches(html).Select(m => m.Value).ShouldBeEmpty(path);
            Elsewhere().Matches(html.Replace(served.Server.Address, "", StringComparison.Ordinal)).Select(m => m.Value).ShouldBeEmpty(path);
        }
    }

    [Fact]
    public async Task A_report_has_no_rights_but_its_style()
    {
        await using var served = await Served.StartAsync(root => tiny.CopyTo(Path.Combine(root, "run")));
        using var client = await served.SignInAsync();
        using var answer = await client.GetAsync(new Uri("/reports/run", UriKind.Relative));
        (await answer.Content.ReadAsStringAsync()).ShouldBe(await File.ReadAllTextAsync(Path.Combine(served.Folder("run"), "report.html")));
        answer.Headers.GetValues("Content-Security-Policy").ShouldHaveSingleItem().ShouldContain("sandbox");
        foreach (var other in new[] { "/reports/none", "/reports/..%2F..%2Fetc", "/reports/run%2Fcheckpoints" })
        {
            using var missing = await client.GetAsync(new Uri(other, UriKind.Relative));
            missing.StatusCode.ShouldBe(HttpStatusCode.NotFound, other);
        }
    }

    [Fact]
    public async Task An_asset_is_kept_for_good_and_comes_packed()
    {
        await using var served = await Served.StartAsync();
        using var stranger = served.Client();
        using var plain = await stranger.GetAsync(new Uri(ServerAssets.Url(ServerAssets.Script), UriKind.Relative));
        plain.StatusCode.ShouldBe(HttpStatusCode.OK);
        plain.Headers.CacheControl!.ToString().ShouldContain("immutable");
        var whole = await plain.Content.ReadAsByteArrayAsync();
        whole.Length.ShouldBeGreaterThan(100_000);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(ServerAssets.Url(ServerAssets.Script), UriKind.Relative)) { Headers = { { "Accept-Encoding", "gzip" } } };
        using var packed = await stranger.SendAsync(request);
        packed.Content.Headers.ContentEncoding.ShouldBe(["gzip"]);
        await using var unpacked = new System.IO.Compression.GZipStream(await packed.Content.ReadAsStreamAsync(), System.IO.Compression.CompressionMode.Decompress);
        using var memory = new MemoryStream();
        await unpacked.CopyToAsync(memory);
        memory.ToArray().ShouldBe(whole);
        using var old = await stranger.GetAsync(new Uri("/assets/0000000000000000/site.css", UriKind.Relative));
        old.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string header, string value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/runs", UriKind.Relative));
        request.Headers.TryAddWithoutValidation(header, value).ShouldBeTrue();
        // The cookie is that of the address; another host's jar would not send it, and the answer must not depend on that.
        using var answer = await client.SendAsync(request);
        return answer.StatusCode;
    }

    [GeneratedRegex("<script[^>]*>")]
    private static partial Regex Script();

    /// <summary>What is loaded from another machine.</summary>
    [GeneratedRegex("(src|href|action|url)\\s*[=(]\\s*[\"']?(https?:)?//[^\"' )]*", RegexOptions.ExplicitCapture)]
    private static partial Regex Elsewhere();

    /// <summary>Handlers and styles within elements.</summary>
    [GeneratedRegex("<[^>]*\\s(on[a-z]+|style)=\"[^>]*>", RegexOptions.ExplicitCapture)]
    private static partial Regex Inline();
}
